package dozen.jobs;

/**
 * A type of job: its payload, its retry policy and its handler.
 *
 * @param name the name in the table: the record's simple name, so renaming the record makes a new type
 */
record JobType<J>(String name, Class<J> payload, RetryPolicy policy, JobHandler<J> handler) {
    static String name(Class<?> payload) {
        return payload.getSimpleName();
    }
}
