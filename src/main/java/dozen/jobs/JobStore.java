package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.Execution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;

/**
 * The jobs that a worker took from the table, and the changes that it makes to them beyond db-scheduler. A job that has
 * no free thread yet gets no heartbeat, so none may wait long here: late ones are handed back to other workers.
 */
final class JobStore {
    private static final int MAX_ERROR_LENGTH = 10_000;
    private static final String FREE = "picked = false, picked_by = NULL, last_heartbeat = NULL, version = version + 1";
    private static final String THIS_RUN = "task_name = ? AND task_instance = ? AND version = ?";

    /** One run of a job. The version distinguishes it from earlier and later runs, here or elsewhere. */
    record RunId(String type, String id, long version, int attempt) {
        static RunId of(Execution execution) {
            var job = execution.taskInstance;
            return new RunId(job.getTaskName(), job.getId(), execution.version, execution.consecutiveFailures + 1);
        }
    }

    private final Jdbi jdbi;
    private final String worker;
    private final Map<RunId, Long> takenAt = new ConcurrentHashMap<>();

    JobStore(Jdbi jdbi, String worker) {
        this.jdbi = jdbi;
        this.worker = worker;
    }

    void took(List<Execution> executions) {
        var now = System.currentTimeMillis();
        for (var execution : executions) takenAt.put(RunId.of(execution), now);
    }

    /**
     * Claims a job for a thread that is free now. Returns false when the job was handed back meanwhile, or when this
     * process stood still for so long that the job was taken for dead.
     */
    boolean start(RunId run) {
        var since = takenAt.remove(run);
        if (since == null) return false;
        var waited = Math.abs(System.currentTimeMillis() - since); // the time of day goes on in a suspended machine
        return waited <= Worker.HEARTBEAT.toMillis() || isStillOurs(run);
    }

    /** Returns false when the run was taken for dead and given to another worker, or is done. */
    boolean isStillOurs(RunId run) {
        var sql = "SELECT count(*) > 0 FROM jobs WHERE picked AND " + THIS_RUN;
        return jdbi.withHandle(handle -> handle.select(sql, run.type(), run.id(), run.version())
                .mapTo(Boolean.class)
                .one());
    }

    /** Removes and returns the jobs that have waited at least this long, so that no thread starts them. */
    List<RunId> removeLate(Duration limit) {
        var latest = System.currentTimeMillis() - limit.toMillis();
        var late = new ArrayList<RunId>();
        takenAt.forEach((run, since) -> {
            if (since <= latest && takenAt.remove(run, since)) late.add(run);
        });
        return late;
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
                UPDATE jobs SET %s, last_failure = now(), consecutive_failures = consecutive_failures + 1,
                    last_error = ?, execution_time = now() + ? * interval '1 millisecond'
                WHERE %s
                """.formatted(FREE, THIS_RUN);
        var kept = shortened(error);
        jdbi.useHandle(handle -> {
            if (last) handle.execute(bury, run.type(), run.id(), run.version(), kept, run.attempt());
            else handle.execute(retry, kept, wait.toMillis(), run.type(), run.id(), run.version());
        });
    }

    /** Frees these jobs without counting an attempt. */
    void handBack(Collection<RunId> runs) {
        free("IN", runs);
    }

    /** Frees the jobs that this worker holds but does not run, without counting an attempt. Returns how many. */
    int handBackAllBut(Collection<RunId> running) {
        return free("NOT IN", running);
    }

    private int free(String operator, Collection<RunId> runs) {
        var sql = """
                UPDATE jobs SET %s
                WHERE picked AND picked_by = ?
                    AND (task_name, task_instance, version) %s (SELECT * FROM unnest(?, ?, ?))
                """.formatted(FREE, operator);
        var types = runs.stream().map(RunId::type).toArray(String[]::new);
        var ids = runs.stream().map(RunId::id).toArray(String[]::new);
        var versions = runs.stream().map(RunId::version).toArray(Long[]::new);
        return jdbi.withHandle(handle -> handle.execute(sql, worker, types, ids, versions));
    }

    /** Removes NUL, which PostgreSQL's text can't hold, and cuts the error after 10,000 characters. */
    private static String shortened(String error) {
        var storable = error.replace("\0", "");
        return storable.length() <= MAX_ERROR_LENGTH ? storable : storable.substring(0, MAX_ERROR_LENGTH) + " …";
    }
}
