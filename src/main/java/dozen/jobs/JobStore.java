package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.Execution;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** What a worker does to rows of its own beyond db-scheduler: bury, and hand back. */
final class JobStore {
    private static final int LONGEST_ERROR = 10_000;

    /** One run of a job: the version tells it from an earlier or later one, here or elsewhere. */
    public record RunOf(String type, String id, long version) { // public, for JDBI binds its methods
        static RunOf of(Execution execution) {
            return new RunOf(execution.taskInstance.getTaskName(), execution.taskInstance.getId(), execution.version);
        }
    }

    private final Jdbi jdbi;
    private final String worker;

    JobStore(Jdbi jdbi, String worker) {
        this.jdbi = jdbi;
        this.worker = worker;
    }

    /** False when the run was taken for dead and given to another, or is done. */
    boolean isStillOurs(RunOf run) {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        SELECT count(*) > 0 FROM jobs
                        WHERE task_name = :type AND task_instance = :id AND version = :version AND picked
                        """).bindMethods(run).mapTo(Boolean.class).one());
    }

    /** Moves a job to the dead, in one statement. Nothing happens when another worker has it by now. */
    void bury(RunOf run, int attempts, String error) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        WITH dead AS (
                            DELETE FROM jobs
                            WHERE task_name = :type AND task_instance = :id AND version = :version RETURNING *
                        )
                        INSERT INTO dead_jobs (type, job, payload, error, attempts, enqueued_at)
                        SELECT task_name, task_instance, task_data, :error, :attempts, enqueued_at FROM dead
                        """)
                .bindMethods(run)
                .bind("error", shortened(error))
                .bind("attempts", attempts)
                .execute());
    }

    /** Keeps the error of a failed attempt with the job, and frees it for the next one after a wait. */
    void failed(RunOf run, long waitMillis, String error) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE jobs SET picked = false, picked_by = NULL, last_heartbeat = NULL, last_failure = now(),
                            consecutive_failures = consecutive_failures + 1, last_error = :error,
                            execution_time = now() + :wait * interval '1 millisecond', version = version + 1
                        WHERE task_name = :type AND task_instance = :id AND version = :version
                        """)
                .bindMethods(run)
                .bind("wait", waitMillis)
                .bind("error", shortened(error))
                .execute());
    }

    /** Frees these, without counting an attempt. */
    void handBack(List<RunOf> runs) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE jobs SET picked = false, picked_by = NULL, last_heartbeat = NULL, version = jobs.version + 1
                        FROM unnest(:types, :ids, :versions) AS run (type, id, version)
                        WHERE task_name = type AND task_instance = id AND jobs.version = run.version
                        """)
                .bind("types", runs.stream().map(RunOf::type).toArray(String[]::new))
                .bind("ids", runs.stream().map(RunOf::id).toArray(String[]::new))
                .bind("versions", runs.stream().map(RunOf::version).toArray(Long[]::new))
                .execute());
    }

    /** Frees what this worker holds, without counting an attempt, but for those that still run. Returns how many. */
    int handBack(Collection<String> running) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        UPDATE jobs SET picked = false, picked_by = NULL, last_heartbeat = NULL,
                            execution_time = least(execution_time, now()), version = version + 1
                        WHERE picked AND picked_by = :worker AND NOT task_instance = ANY (:running)
                        """)
                .bind("worker", worker)
                .bind("running", running.toArray(String[]::new))
                .execute());
    }

    /** Without NUL, which PostgreSQL's text can't hold. */
    private static String shortened(String error) {
        var storable = error.replace("\0", "");
        return storable.length() <= LONGEST_ERROR ? storable : storable.substring(0, LONGEST_ERROR) + " …";
    }
}
