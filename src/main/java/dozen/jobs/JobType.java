package dozen.jobs;

/**
 * A type of job: the record that it is, how it is tried, and who does it.
 *
 * @param name what stands in the table: the record's simple name, so renaming the record makes a new type
 */
record JobType<J>(String name, Class<J> payload, RetryPolicy policy, JobHandler<J> handler) {
    static String name(Class<?> payload) {
        return payload.getSimpleName();
    }
}
