package dozen.jobs;

/**
 * Does the work of one type of job. It may be called again for the same job (a worker can die after the work and before
 * recording it), so it must be idempotent. Any exception is a failed attempt, unless the worker is stopping.
 */
@FunctionalInterface
public interface JobHandler<J> {
    void run(J job, JobRun run) throws Exception;
}
