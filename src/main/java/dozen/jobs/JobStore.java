package dozen.jobs;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;

/**
 * The jobs that a worker takes from the table, and the changes that it makes to them beyond db-scheduler. A job that
 * has no free thread yet gets no heartbeat, so none may wait long here: late ones are handed back to other workers.
 */
final class JobStore {
    private static final int MAX_ERROR_LENGTH = 10_000;

    private static final Duration MAX_CLOCK_ERROR = Duration.ofMillis(100);
    /** A reading of PostgreSQL's clock that takes longer says too little about when the clock was read. */
    private static final Duration MAX_CLOCK_TIME = Duration.ofSeconds(1);

    private static final String FREE = "picked = false, picked_by = NULL, last_heartbeat = NULL, version = version + 1";
    private static final String THIS_RUN = "task_name = ? AND task_instance = ? AND version = ?";

    /** One run of a job. The version distinguishes it from earlier and later runs, here or elsewhere. */
    record RunId(String type, String id, long version, int attempt) {
        static RunId of(Execution execution) {
            var job = execution.taskInstance;
            return new RunId(job.getTaskName(), job.getId(), execution.version, execution.consecutiveFailures + 1);
        }
    }

    /** The time of day may be set back, and the timer may stand still in a suspended machine. The longer time counts. */
    record Since(long timeOfDay, long timer) {
        long millis() {
            return Math.max(System.currentTimeMillis() - timeOfDay, (System.nanoTime() - timer) / 1_000_000);
        }
    }

    private final Jdbi jdbi;
    private final String worker;
    /** The runs that wait for a thread, and since when. */
    private final Map<RunId, Since> waiting = new ConcurrentHashMap<>();

    /** The runs to hand back. When that fails, the next call frees them; no thread starts them meanwhile. */
    private final Set<RunId> late = ConcurrentHashMap.newKeySet();

    private volatile Instant zero; // PostgreSQL's time when our timer showed 0

    JobStore(Jdbi jdbi, String worker) {
        this.jdbi = jdbi;
        this.worker = worker;
        timeAtZero(); // the first reading takes long, because it loads classes
        zero = timeAtZero();
    }

    /**
     * PostgreSQL's time, which all processes share: a machine whose own clock is wrong must not decide which worker is
     * dead. Between two readings, and while PostgreSQL is away, it advances by our timer.
     */
    Instant now() {
        return zero.plusNanos(System.nanoTime());
    }

    /** Leaves small differences alone: db-scheduler waits a second longer when its clock goes back during a wait. */
    void correctClock() {
        try {
            var start = System.nanoTime();
            var read = timeAtZero();
            if (System.nanoTime() - start > MAX_CLOCK_TIME.toNanos()) return;
            if (Duration.between(zero, read).abs().compareTo(MAX_CLOCK_ERROR) > 0) zero = read;
        } catch (RuntimeException e) {
            // PostgreSQL is away, and the clock goes on by our timer
        }
    }

    private Instant timeAtZero() {
        return jdbi.withHandle(handle -> {
            var start = System.nanoTime();
            var time = handle.select("SELECT clock_timestamp()")
                    .mapTo(Instant.class)
                    .one();
            return time.minusNanos(start / 2 + System.nanoTime() / 2); // PostgreSQL read it in between
        });
    }

    /**
     * Makes db-scheduler take jobs of these types alone (the others wait for a scheduler that takes them, perhaps of
     * another release), and lets PostgreSQL's clock decide what is due.
     */
    JdbcCustomization taking(List<String> types) {
        var sql = """
                WITH due AS (
                    SELECT task_name, task_instance FROM jobs
                    WHERE NOT picked AND execution_time <= now() AND task_name = ANY (?)
                    ORDER BY execution_time LIMIT ? FOR UPDATE SKIP LOCKED
                )
                UPDATE jobs SET picked = true, picked_by = ?, last_heartbeat = now(), version = version + 1 FROM due
                WHERE jobs.task_name = due.task_name AND jobs.task_instance = due.task_instance RETURNING jobs.*
                """;
        return new PostgreSqlJdbcCustomization(false, false) {
            @Override
            public List<Execution> lockAndFetchSingleStatement(
                    JdbcTaskRepositoryContext context, Instant now, int limit, boolean byPriority) {
                var executions = context.jdbcRunner.query(
                        sql,
                        statement -> {
                            statement.setArray(1, statement.getConnection().createArrayOf("text", types.toArray()));
                            statement.setInt(2, limit);
                            statement.setString(3, worker);
                        },
                        context.resultSetMapper.get());
                var since = new Since(System.currentTimeMillis(), System.nanoTime());
                for (var execution : executions) waiting.put(RunId.of(execution), since);
                return executions;
            }
        };
    }

    /**
     * Claims a job for a thread that is free now. Returns false when the job was handed back meanwhile, or when this
     * process stood still for so long that the job was perhaps taken for dead.
     */
    boolean start(RunId run) {
        var since = waiting.remove(run);
        if (since == null) return false;
        if (since.millis() <= Worker.HEARTBEAT.toMillis()) return true;
        late.add(run);
        return false;
    }

    /**
     * Stores the error of a failed attempt. The job waits for its next attempt, or moves to the dead jobs after its last.
     * Nothing changes when another worker has the job by now.
     */
    void failed(RunId run, boolean last, Duration wait, String error) {
        var bury = """
                WITH dead AS (DELETE FROM jobs WHERE %s RETURNING *)
                INSERT INTO dead_jobs (type, job, payload, error, attempts, enqueued_at)
                SELECT task_name, task_instance, task_data, ?, ?, enqueued_at FROM dead
                """.formatted(THIS_RUN);
        var retry = """
                UPDATE jobs SET %s, last_failure = now(), consecutive_failures = ?, last_error = ?,
                    execution_time = now() + ? * interval '1 millisecond'
                WHERE %s
                """.formatted(FREE, THIS_RUN);
        var storable = error.replace("\0", ""); // PostgreSQL's text can't hold NUL
        var kept = storable.length() <= MAX_ERROR_LENGTH ? storable : storable.substring(0, MAX_ERROR_LENGTH) + " …";
        jdbi.useHandle(handle -> {
            if (last) handle.execute(bury, run.type(), run.id(), run.version(), kept, run.attempt());
            else handle.execute(retry, run.attempt(), kept, wait.toMillis(), run.type(), run.id(), run.version());
        });
    }

    /**
     * Lets a job wait for its turn, without counting an attempt. The random part grows with the job's age up to ten
     * minutes: while many jobs wait, each asks rarely, and a new one need not wait behind them all.
     */
    void putOff(RunId run, Duration wait) {
        var sql = """
                UPDATE jobs SET %s, execution_time = now() + ? * interval '1 millisecond'
                    + random() * least(now() - enqueued_at, interval '10 minutes')
                WHERE %s
                """.formatted(FREE, THIS_RUN);
        jdbi.useHandle(handle -> handle.execute(sql, wait.toMillis(), run.type(), run.id(), run.version()));
    }

    /** Frees the jobs that have waited for a thread at least this long, without counting an attempt. Returns how many. */
    int handBack(Duration waited) {
        waiting.forEach((run, since) -> {
            if (since.millis() >= waited.toMillis() && waiting.remove(run, since)) late.add(run);
        });
        var runs = new ArrayList<>(late);
        if (!runs.isEmpty()) runs.removeAll(handBack(runs));
        runs.forEach(late::remove);
        return runs.size();
    }

    /**
     * Deletes jobs that were done, unless another worker has them by now, because this one stood still for long. Returns
     * those whose rows somebody locked.
     */
    List<RunId> delete(List<RunId> runs) {
        return change("DELETE FROM jobs", runs);
    }

    /** Frees jobs, without counting an attempt. Returns those whose rows somebody locked. */
    List<RunId> handBack(List<RunId> runs) {
        return change("UPDATE jobs SET " + FREE, runs);
    }

    /** Changes all in one statement, so that none waits for another. */
    private List<RunId> change(String what, List<RunId> runs) {
        var these = "SELECT %s FROM jobs WHERE (task_name, task_instance, version) IN (SELECT * FROM unnest(?, ?, ?))";
        var sql = "%s WHERE ctid = ANY (ARRAY(%s FOR UPDATE SKIP LOCKED))".formatted(what, these.formatted("ctid"));
        var types = runs.stream().map(RunId::type).toArray(String[]::new);
        var ids = runs.stream().map(RunId::id).toArray(String[]::new);
        var versions = runs.stream().map(RunId::version).toArray(Long[]::new);
        return jdbi.withHandle(handle -> {
            if (handle.execute(sql, types, ids, versions) == runs.size()) return List.of();
            var locked = handle.select(these.formatted("task_name || ' ' || task_instance"), types, ids, versions)
                    .mapTo(String.class)
                    .set();
            return runs.stream()
                    .filter(run -> locked.contains(run.type() + " " + run.id()))
                    .toList();
        });
    }

    /** Frees all jobs of this worker, without counting an attempt. Returns how many. */
    int handBackAll() {
        var sql = "UPDATE jobs SET " + FREE + " WHERE ctid = ANY"
                + " (ARRAY(SELECT ctid FROM jobs WHERE picked AND picked_by = ? FOR UPDATE SKIP LOCKED))";
        return jdbi.withHandle(handle -> handle.execute(sql, worker));
    }
}
