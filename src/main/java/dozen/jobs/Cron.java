package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** The cron expression of a tick: six fields (second, minute, hour, day, month, day of week), in UTC. */
public final class Cron {
    private static final Duration LOOK_BACK = Duration.ofHours(1);

    private final String expression;
    private CronSchedule schedule;

    private Cron(String expression) {
        this.expression = expression;
    }

    /** @throws IllegalArgumentException when the text is no such expression */
    public static Cron parse(String expression) {
        try {
            var cron = new Cron(expression);
            cron.schedule();
            return cron;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "must be a cron expression of six fields, but is \"" + expression + "\"");
        }
    }

    /**
     * Takes an expression that is known to be valid, such as a default. It is parsed only when it is first needed,
     * because the first one that is parsed delays a start by 45 ms.
     */
    public static Cron known(String expression) {
        return new Cron(expression);
    }

    private synchronized CronSchedule schedule() {
        if (schedule == null) schedule = new CronSchedule(expression, ZoneOffset.UTC);
        return schedule;
    }

    Instant after(Instant time) {
        return schedule().getInitialExecutionTime(time);
    }

    /**
     * Returns the latest time that was due by {@code now}. The times before it were missed, and one run makes up for
     * all of them.
     */
    Instant latest(Instant due, Instant now) {
        var latest = due;
        var near = after(now.minus(LOOK_BACK)); // otherwise a tick of every second would step through days
        if (!near.isAfter(now) && near.isAfter(latest)) latest = near;
        for (var next = after(latest); !next.isAfter(now); next = after(latest)) latest = next;
        return latest;
    }

    @Override
    public String toString() {
        return expression;
    }
}
