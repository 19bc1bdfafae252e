package dozen.jobs;

import dozen.services.Postgres;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    /** Enqueues jobs only; the workers do the work. */
    @FunctionalInterface
    public interface Tick {
        /** @param due when the tick was due, the same for every process that might run it: useful in a job's key */
        void run(Handle transaction, Instant due);
    }

    private record Entry(Cron cron, Tick tick) {}

    private record Due(Instant due, Instant now) {}

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    private static final RowMapper<Due> DUE_MAPPER = ConstructorMapper.of(Due.class);
    /** The precision of ticks. Each poll reads one row. */
    private static final Duration POLL = Duration.ofMillis(250);
    /** How long to wait before a failed tick is tried again. */
    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);

    private final Map<String, Entry> ticks = new LinkedHashMap<>();
    private final Postgres postgres;
    private ScheduledExecutorService timer;

    public Scheduler(Postgres postgres) {
        this.postgres = postgres;
    }

    public Scheduler on(String tick, Cron cron, Tick body) {
        ticks.put(tick, new Entry(cron, body));
        return this;
    }

    public Scheduler start() {
        ticks.forEach(this::register);
        timer = Executors.newScheduledThreadPool(
                ticks.size(), Thread.ofVirtual().name("tick-", 0).factory());
        ticks.forEach((tick, entry) -> {
            timer.scheduleWithFixedDelay(() -> poll(tick, entry), 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
            log.info("{} ticks at {}", tick, entry.cron());
        });
        return this;
    }

    /** Adds the row of a new tick, or sets a new time for a tick whose cron expression changed. */
    private void register(String tick, Entry entry) {
        var sql = """
                INSERT INTO ticks (name, cron, due) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE
                SET cron = excluded.cron, due = excluded.due WHERE ticks.cron <> excluded.cron
                """;
        postgres.jdbi().useHandle(handle -> {
            var now = handle.select("SELECT now()").mapTo(Instant.class).one();
            handle.execute(sql, tick, entry.cron().toString(), entry.cron().after(now));
        });
    }

    private void poll(String tick, Entry entry) {
        try {
            postgres.jdbi().useTransaction(transaction -> runIfDue(transaction, tick, entry));
        } catch (Throwable e) { // an Error too: the tick comes again
            if (ServiceUnavailable.isCauseOf(e))
                log.warn(
                        "tick {} waits: {}",
                        tick,
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            else log.error("tick {} failed, again in {} s", tick, RETRY_DELAY.toSeconds(), e);
            LockSupport.parkNanos(RETRY_DELAY.toNanos());
        }
    }

    /** Runs a tick that is due, unless another process is just running it. */
    private static void runIfDue(Handle transaction, String tick, Entry entry) {
        var row = transaction.select("""
                SELECT due, now() AS now FROM ticks WHERE name = ? AND due <= now() FOR UPDATE SKIP LOCKED
                """, tick).map(DUE_MAPPER).findOne();
        if (row.isEmpty()) return;
        var now = row.get().now();
        var due = entry.cron().latest(row.get().due(), now);
        transaction.execute(
                "UPDATE ticks SET due = ? WHERE name = ?", entry.cron().after(due), tick);
        entry.tick().run(transaction, due);
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
