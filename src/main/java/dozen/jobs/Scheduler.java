package dozen.jobs;

import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dozen.services.Postgres;
import dozen.services.TransientFailures;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enqueues jobs at set times. A tick enqueues its jobs in the transaction that also stores when it is due next. So with
 * any number of processes each tick happens once, even when one is killed in the middle. A tick that was missed while
 * no process ran, however often, happens once when one is back.
 */
public final class Scheduler implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    /** The precision of ticks. Each poll reads a table of a few rows. */
    private static final Duration POLL = Duration.ofMillis(250);

    private static final Duration HEARTBEAT = Duration.ofSeconds(8);
    private static final int MISSED_HEARTBEATS = 4;
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

    /** Enqueues jobs only; the workers do the work. */
    @FunctionalInterface
    public interface Tick {
        /** @param due when the tick was due, the same for every process that might run it: useful in a job's key */
        void run(Handle transaction, Instant due);
    }

    private record Entry(Cron cron, Tick tick) {}

    private final Map<String, Entry> ticks = new LinkedHashMap<>();
    private final String name;
    private final Postgres postgres;
    private final DatabaseClock clock;
    private com.github.kagkarlsson.scheduler.Scheduler scheduler; // it has the name of this class

    /** @param name unique among all processes */
    public Scheduler(String name, Postgres postgres) {
        this.name = name;
        this.postgres = postgres;
        this.clock = new DatabaseClock(postgres.jdbi());
    }

    public Scheduler on(String tick, Cron cron, Tick body) {
        ticks.put(tick, new Entry(cron, body));
        return this;
    }

    public Scheduler start() {
        ticks.forEach(this::register);
        List<Task<?>> tasks = ticks.keySet().stream().<Task<?>>map(this::task).toList();
        scheduler = com.github.kagkarlsson.scheduler.Scheduler.create(postgres.dataSource(), tasks)
                .tableName("ticks")
                .schedulerName(new SchedulerName.Fixed(name))
                .jdbcCustomization(new SchedulerTables(ticks.keySet().stream(), _ -> {}))
                .serializer(SchedulerTables.TEXT)
                .clock(clock)
                .threads(ticks.size())
                .executorService(Executors.newFixedThreadPool(
                        ticks.size(), Thread.ofVirtual().name("tick-", 0).factory()))
                .pollUsingLockAndFetch(0.5, 1.0)
                .pollingInterval(POLL)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .deleteUnresolvedAfter(Duration.ofDays(365_000))
                .shutdownMaxWait(Duration.ofSeconds(5))
                .failureLogging(LogLevel.DEBUG, false)
                .build();
        scheduler.start();
        ticks.forEach((tick, entry) -> log.info("{} ticks at {}", tick, entry.cron()));
        return this;
    }

    /** Adds the row of a new tick, or sets a new time for a tick whose cron expression changed. */
    private void register(String tick, Entry entry) {
        postgres.jdbi()
                .useHandle(handle -> handle.createUpdate("""
                        INSERT INTO ticks (task_name, task_instance, task_data, execution_time)
                        VALUES (:tick, 'tick', to_jsonb(:cron), :next)
                        ON CONFLICT (task_name, task_instance) DO UPDATE
                        SET task_data = excluded.task_data, execution_time = excluded.execution_time
                        WHERE ticks.task_data IS DISTINCT FROM excluded.task_data
                        """)
                        .bind("tick", tick)
                        .bind("cron", entry.cron().toString())
                        .bind("next", entry.cron().after(clock.now()))
                        .execute());
    }

    private Task<String> task(String tick) {
        return Tasks.custom(tick, String.class)
                .onFailure((complete, _) -> retry(complete.getExecution()))
                .onDeadExecution((complete, _) -> free(complete.getExecution()))
                .execute((_, context) -> {
                    run(tick, context.getExecution());
                    return (_, _) -> {}; // the tick's own transaction updated the row
                });
    }

    private void run(String tick, Execution execution) {
        var entry = ticks.get(tick);
        var due = entry.cron().latest(execution.executionTime, clock.now());
        var late = Duration.between(due, clock.now()).toMillis();
        try {
            postgres.jdbi().useTransaction(transaction -> {
                var mine = transaction
                        .createUpdate("""
                                UPDATE ticks SET execution_time = :next, picked = false, picked_by = NULL,
                                    last_heartbeat = NULL, last_success = now(), version = version + 1
                                WHERE task_name = :tick AND version = :version
                                """)
                        .bind("next", entry.cron().after(due))
                        .bind("tick", tick)
                        .bind("version", execution.version)
                        .execute();
                if (mine == 1) entry.tick().run(transaction, due);
            });
        } catch (RuntimeException e) {
            log.error("tick {} of {} failed, again in {} s", tick, due, AFTER_FAILURE.toSeconds(), e);
            throw e;
        }
        log.atInfo()
                .addKeyValue("tick", tick)
                .addKeyValue("due", due)
                .addKeyValue("late_ms", late)
                .log("tick");
    }

    private void retry(Execution execution) {
        try {
            Thread.sleep(AFTER_FAILURE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        free(execution);
    }

    /** Frees the tick, which stays due, for the process that polls next. */
    private void free(Execution execution) {
        TransientFailures.retryUntilBack(() -> postgres.jdbi()
                .useHandle(handle -> handle.createUpdate("""
                        UPDATE ticks SET picked = false, picked_by = NULL, last_heartbeat = NULL, version = version + 1
                        WHERE task_name = :tick AND version = :version
                        """)
                        .bind("tick", execution.taskInstance.getTaskName())
                        .bind("version", execution.version)
                        .execute()));
    }

    @Override
    public void close() {
        if (scheduler != null) scheduler.stop();
    }
}
