package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import dozen.config.Env;
import dozen.services.Postgres;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enqueues jobs at set times. A tick enqueues its jobs in the transaction that also stores when it is due next. So with
 * any number of processes each tick happens once, even when one is killed in the middle. A tick that was missed while
 * no process ran, however often, happens once when one is back.
 */
public final class Scheduler implements AutoCloseable {
    /** @param expression six fields (second, minute, hour, day, month, day of week), in UTC */
    public record Cron(String expression) {
        /**
         * Reads a setting. The default is known to be valid, so only another expression is parsed here: the parser
         * delays the start of a process by 40 ms, and only the scheduler needs it.
         */
        public static Cron read(Env.Declaration setting, String defaultExpression) {
            return setting.parsed(
                    defaultExpression, text -> text.equals(defaultExpression) ? new Cron(text) : parse(text));
        }

        /** @throws IllegalArgumentException when the text is no such expression */
        public static Cron parse(String expression) {
            try {
                var cron = new Cron(expression);
                cron.after(Instant.EPOCH);
                return cron;
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "must be a cron expression of six fields, but is \"" + expression + "\"");
            }
        }

        /** The next time after this one, in whole seconds. */
        Instant after(Instant time) {
            return after(schedule(), time);
        }

        private CronSchedule schedule() {
            return new CronSchedule(expression, ZoneOffset.UTC);
        }

        private static Instant after(CronSchedule schedule, Instant time) {
            return schedule.getInitialExecutionTime(time).truncatedTo(ChronoUnit.SECONDS);
        }

        /** The latest time that was due by {@code now}; one run makes up for the missed times before it. */
        Instant latest(Instant due, Instant now) {
            var schedule = schedule();
            var near = after(schedule, now.minus(Duration.ofHours(1))); // else it would step through days of seconds
            var latest = near.isAfter(due) && !near.isAfter(now) ? near : due;
            for (var next = after(schedule, latest); !next.isAfter(now); next = after(schedule, next)) latest = next;
            return latest;
        }
    }

    /** @param retry when and how often it failed since its last success */
    private record Entry(Cron cron, BiConsumer<Handle, Instant> body, Retry retry) {}

    private static final class Retry {
        private int failures;
        private long nanoTime = System.nanoTime();
    }

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    /** The precision of ticks. Each poll reads one row. */
    private static final Duration POLL = Duration.ofMillis(250);
    /** How long to wait before a failed tick is tried again. */
    private static final RetryPolicy RETRIES =
            RetryPolicy.DEFAULT.withWaits(Duration.ofSeconds(2), Duration.ofMinutes(5));

    private final Map<String, Entry> ticks = new LinkedHashMap<>();
    private final Postgres postgres;
    private final RetryPolicy retries;
    private ScheduledExecutorService timer;

    public Scheduler(Postgres postgres) {
        this(postgres, RETRIES);
    }

    Scheduler(Postgres postgres, RetryPolicy retries) {
        this.postgres = postgres;
        this.retries = retries;
    }

    /**
     * @param body enqueues jobs only; the workers do the work. It gets the transaction, and the time when the tick was
     *     due: the same for every process that might run it, so it is useful in a job's key
     */
    public Scheduler on(String tick, Cron cron, BiConsumer<Handle, Instant> body) {
        ticks.put(tick, new Entry(cron, body, new Retry()));
        return this;
    }

    public Scheduler start() {
        timer = Executors.newScheduledThreadPool(
                ticks.size(), Thread.ofVirtual().name("tick-", 0).factory());
        ticks.forEach((tick, entry) -> {
            register(tick, entry.cron());
            timer.scheduleWithFixedDelay(() -> poll(tick, entry), 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
            log.info("{} ticks at {}", tick, entry.cron().expression());
        });
        return this;
    }

    /** Adds the row of a new tick, or sets a new time for a tick whose cron expression changed. */
    private void register(String tick, Cron cron) {
        var sql = """
                INSERT INTO ticks (name, cron, due) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE
                SET cron = excluded.cron, due = excluded.due WHERE ticks.cron <> excluded.cron
                """;
        postgres.jdbi().useHandle(handle -> handle.execute(sql, tick, cron.expression(), cron.after(now(handle))));
    }

    private static Instant now(Handle handle) {
        return handle.select("SELECT now()").mapTo(Instant.class).one();
    }

    private void poll(String tick, Entry entry) {
        var retry = entry.retry();
        if (System.nanoTime() < retry.nanoTime) return;
        try {
            postgres.jdbi().useTransaction(transaction -> runIfDue(transaction, tick, entry));
            retry.failures = 0;
        } catch (Throwable e) { // an Error too: the tick comes again
            var away = ServiceUnavailable.isCauseOf(e);
            retry.failures = away ? 1 : retry.failures + 1;
            var wait = retries.waitAfter(retry.failures);
            retry.nanoTime = System.nanoTime() + wait.toNanos();
            var reason = ServiceUnavailable.reason(e);
            if (away) log.warn("tick {} waits: {}", tick, reason);
            else log.error("tick {} failed, again in {} s: {}", tick, wait.toSeconds(), reason);
            log.debug("tick {}", tick, e); // a line each time is enough, but who looks for the fault needs the stack
        }
    }

    /** Runs a tick that is due, unless another process is just running it. */
    private static void runIfDue(Handle transaction, String tick, Entry entry) {
        var sql = "SELECT due FROM ticks WHERE name = ? AND due <= now() FOR UPDATE SKIP LOCKED";
        var stored = transaction.select(sql, tick).mapTo(Instant.class).findOne();
        if (stored.isEmpty()) return;
        var now = now(transaction);
        var due = entry.cron().latest(stored.get(), now);
        transaction.execute(
                "UPDATE ticks SET due = ? WHERE name = ?", entry.cron().after(due), tick);
        entry.body().accept(transaction, due);
        var event = log.atInfo()
                .addKeyValue("tick", tick)
                .addKeyValue("due", due)
                .addKeyValue("late_ms", Duration.between(due, now).toMillis());
        transaction.afterCommit(() -> event.log("tick"));
    }

    /** Waits for ticks that are just run, 5 s at the most. */
    @Override
    public void close() {
        if (timer == null) return;
        timer.shutdown();
        try {
            if (!timer.awaitTermination(5, TimeUnit.SECONDS)) timer.shutdownNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
