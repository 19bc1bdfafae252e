package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** The cron expression of a tick: six fields (second, minute, hour, day, month, day of week), in UTC. */
public final class Cron {
    private final CronSchedule schedule;

    private Cron(CronSchedule schedule) {
        this.schedule = schedule;
    }

    /** @throws IllegalArgumentException when the text is no such expression */
    public static Cron parse(String expression) {
        try {
            return new Cron(new CronSchedule(expression, ZoneOffset.UTC));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "must be a cron expression of six fields, but is \"" + expression + "\"");
        }
    }

    Instant after(Instant time) {
        return schedule.getInitialExecutionTime(time);
    }

    /**
     * Returns the latest time that was due by {@code now}. The times before it were missed, and one run makes up for
     * all of them.
     */
    Instant latest(Instant due, Instant now) {
        var latest = due;
        var near = after(now.minus(Duration.ofHours(1))); // otherwise a tick of every second would step through days
        if (!near.isAfter(now) && near.isAfter(latest)) latest = near;
        for (var next = after(latest); !next.isAfter(now); next = after(latest)) latest = next;
        return latest;
    }

    @Override
    public String toString() {
        return schedule.getPattern();
    }
}
