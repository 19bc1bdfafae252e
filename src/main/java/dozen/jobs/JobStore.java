package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.Execution;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The changes that a worker makes to its own jobs beyond db-scheduler: it buries, fails and hands them back. */
final class JobStore {
    private static final int LONGEST_ERROR = 10_000;

    /** One run of a job. The version distinguishes it from earlier and later runs, here or elsewhere. */
    public record RunId(String type, String id, long version) { // public, because JDBI binds its methods
        static RunId of(Execution execution) {
            return new RunId(execution.taskInstance.getTaskName(), execution.taskInstance.getId(), execution.version);
        }
    }

    private final Jdbi jdbi;
    private final String worker;

    JobStore(Jdbi jdbi, String worker) {
        this.jdbi = jdbi;
        this.worker = worker;
    }

    /** Returns false when the run was taken for dead and given to another worker, or is done. */
    boolean isStillOurs(RunId run) {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        SELECT count(*) > 0 FROM jobs
                        WHERE task_name = :type AND task_instance = :id AND version = :version AND picked
                        """).bindMethods(run).mapTo(Boolean.class).one());
    }

    /** Moves a job to the dead jobs, in one statement. It does nothing when another worker has the job by now. */
    void bury(RunId run, int attempts, String error) {
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

    /** Stores the error of a failed attempt with the job, and frees the job for its next attempt after a wait. */
    void failed(RunId run, long waitMillis, String error) {
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

    /** Frees these jobs without counting an attempt. */
    void handBack(List<RunId> runs) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE jobs SET picked = false, picked_by = NULL, last_heartbeat = NULL, version = jobs.version + 1
                        FROM unnest(:types, :ids, :versions) AS run (type, id, version)
                        WHERE task_name = type AND task_instance = id AND jobs.version = run.version
                        """)
                .bind("types", runs.stream().map(RunId::type).toArray(String[]::new))
                .bind("ids", runs.stream().map(RunId::id).toArray(String[]::new))
                .bind("versions", runs.stream().map(RunId::version).toArray(Long[]::new))
                .execute());
    }

    /** Frees the jobs that this worker holds but does not run, without counting an attempt. Returns how many. */
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

    /** Removes NUL, which PostgreSQL's text can't hold, and cuts the error after 10,000 characters. */
    private static String shortened(String error) {
        var storable = error.replace("\0", "");
        return storable.length() <= LONGEST_ERROR ? storable : storable.substring(0, LONGEST_ERROR) + " …";
    }
}
