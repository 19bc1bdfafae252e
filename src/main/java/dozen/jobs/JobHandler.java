package dozen.jobs;

/**
 * Does the work of one type of job. It may be called again for the same job (a worker can die between the work and the
 * note that it is done), so it must be idempotent. Whatever it throws is a failed attempt.
 */
@FunctionalInterface
public interface JobHandler<J> {
    void run(J job, JobRun run) throws Exception;
}
