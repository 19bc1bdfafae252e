package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import dozen.config.Env;
import dozen.jobs.Job.RetryPolicy;
import dozen.services.Postgres;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enqueues jobs at set times. A tick enqueues its jobs in the transaction that also stores when it is due next. So with
 * any number of processes each tick happens once, even when one is killed in the middle. A tick that was missed while
 * no process ran, however often, happens once when one is back.
 */
public final class Scheduler implements AutoCloseable {
    /** @param expression six fields (second, minute, hour, day, month, day of week), in UTC; "-" never ticks */
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
                next(cron.schedule(), Instant.EPOCH);
                return cron;
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "must be a cron expression of six fields or -, but is \"" + expression + "\"");
            }
        }

        private CronSchedule schedule() {
            return new CronSchedule(expression, ZoneOffset.UTC);
        }
    }

    private record Tick(Cron cron, BiConsumer<Handle, Instant> body) {}

    /** A row of ticks. A process goes by the row's expression: another release may have set it during a rolling deploy. */
    private record Stored(String cron, Instant due) {}

    private static final RowMapper<Stored> STORED_MAPPER = ConstructorMapper.of(Stored.class);

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    /** The precision of ticks. Each poll reads one row. */
    private static final Duration POLL = Duration.ofMillis(250);
    /** How long a tick that failed waits: each time twice as long, as jobs do. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

    private final Postgres postgres;
    private final Map<String, Tick> ticks = new LinkedHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("tick-", 0).factory());

    public Scheduler(Postgres postgres) {
        this.postgres = postgres;
    }

    /**
     * @param body enqueues jobs only; the workers do the work. It gets the transaction, and the time when the tick was
     *     due: the same for every process that might run it, so it is useful in a job's key
     */
    public Scheduler on(String name, Cron cron, BiConsumer<Handle, Instant> body) {
        ticks.put(name, new Tick(cron, body));
        return this;
    }

    public Scheduler start() {
        ticks.forEach((name, tick) -> {
            register(name, tick.cron());
            threads.submit(() -> poll(name, tick));
            log.info("{} ticks at {}", name, tick.cron().expression());
        });
        return this;
    }

    /** Runs a tick at once, as if it were due at this time, and changes nothing of when it is due next. For tests. */
    public void run(String name, Instant due) {
        postgres.jdbi().useTransaction(transaction -> ticks.get(name).body().accept(transaction, due));
    }

    /** Adds the row of a new tick, or sets a new time for a tick whose cron expression changed. */
    private void register(String tick, Cron cron) {
        var sql = """
                INSERT INTO ticks (name, cron, due) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE
                SET cron = excluded.cron, due = excluded.due WHERE ticks.cron <> excluded.cron
                """;
        postgres.jdbi()
                .useHandle(handle -> handle.execute(sql, tick, cron.expression(), next(cron.schedule(), now(handle))));
    }

    /** The next time after this one, in whole seconds. */
    private static Instant next(CronSchedule schedule, Instant time) {
        if (schedule.isDisabled()) return NEVER;
        return schedule.getInitialExecutionTime(time).truncatedTo(ChronoUnit.SECONDS);
    }

    private static Instant now(Handle handle) {
        return handle.select("SELECT now()").mapTo(Instant.class).one();
    }

    /** Looks every 250 ms whether the tick is due, until the scheduler is closed. */
    private Void poll(String name, Tick tick) throws InterruptedException {
        var wait = POLL;
        for (var failures = 0; !closing.await(wait.toMillis(), TimeUnit.MILLISECONDS); ) {
            try {
                postgres.jdbi().useTransaction(transaction -> runIfDue(transaction, name, tick));
                failures = 0;
                wait = POLL;
            } catch (Throwable e) { // an Error too: the tick comes again
                var away = ServiceUnavailable.isCauseOf(e);
                failures = away ? 1 : failures + 1;
                wait = RetryPolicy.backOff(failures, FIRST_WAIT, LONGEST_WAIT);
                var reason = ServiceUnavailable.reason(e);
                if (away) log.warn("tick {} waits: {}", name, reason);
                else log.error("tick {} failed, again in {} s: {}", name, wait.toSeconds(), reason);
                // A line each time is enough, but who looks for the fault needs the stack.
                log.debug("tick {}", name, e);
            }
        }
        return null;
    }

    /** Runs a tick that is due, unless another process is just running it. One run makes up for all that were missed. */
    private static void runIfDue(Handle transaction, String name, Tick tick) {
        var sql = "SELECT cron, due FROM ticks WHERE name = ? AND due <= now() FOR UPDATE SKIP LOCKED";
        var stored = transaction.select(sql, name).map(STORED_MAPPER).findOne();
        if (stored.isEmpty()) return;
        var now = now(transaction);
        var schedule = new Cron(stored.get().cron()).schedule();
        var due = stored.get().due();
        var recent = next(schedule, now.minus(Duration.ofHours(1))); // to step through years of seconds would take long
        if (recent.isAfter(due) && !recent.isAfter(now)) due = recent;
        var next = next(schedule, due);
        while (!next.isAfter(now)) {
            due = next;
            next = next(schedule, due);
        }
        transaction.execute("UPDATE ticks SET due = ? WHERE name = ?", next, name);
        tick.body().accept(transaction, due);
        var event = log.atInfo()
                .addKeyValue("tick", name)
                .addKeyValue("due", due)
                .addKeyValue("late_ms", Duration.between(due, now).toMillis());
        transaction.afterCommit(() -> event.log("tick"));
    }

    /** Waits for ticks that are just run, 5 s at the most. */
    @Override
    public void close() {
        closing.countDown();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) threads.shutdownNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
