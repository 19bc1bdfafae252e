package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import dozen.config.Env;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** The cron expression of a tick: six fields (second, minute, hour, day, month, day of week), in UTC. */
public final class Cron {
    private final String expression;
    private CronSchedule schedule;

    private Cron(String expression) {
        this.expression = expression;
    }

    /**
     * Reads a setting. The default is known to be valid, so only another expression is parsed here: the parser delays
     * the start of a process by 40 ms, and only the scheduler needs it.
     */
    public static Cron read(Env.Declaration setting, String defaultExpression) {
        return setting.parsed(defaultExpression, text -> text.equals(defaultExpression) ? new Cron(text) : parse(text));
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

    private synchronized CronSchedule schedule() {
        if (schedule == null) schedule = new CronSchedule(expression, ZoneOffset.UTC);
        return schedule;
    }

    /** The next time after this one, in whole seconds. */
    Instant after(Instant time) {
        return schedule().getInitialExecutionTime(time).truncatedTo(ChronoUnit.SECONDS);
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
        return expression;
    }
}
