package dozen.app;

/**
 * The most connections that one process of each type opens: to PostgreSQL by type, and to Redis. With the defaults, a
 * process of each type and a release fit into 18 of each, because the smallest plans of managed services allow 20.
 */
public record ConnectionLimits(int web, int worker, int scheduler, int redis) {
    /** Of a task and of the console. */
    public static final int COMMAND = 2;

    private static final int SCHEDULER = 2;
    /** For taking jobs and for their heartbeats. Job types with threads of their own hold no connection for long. */
    private static final int WORKER_OVERHEAD = 2;
    /** One holds the lock on migrations, and Flyway opens two. */
    public static final int RELEASE = 3;

    public static ConnectionLimits of(Services.Settings services, int workerThreads) {
        var poolSize = services.postgres().poolSize();
        return new ConnectionLimits(
                poolSize,
                Math.max(poolSize, workerThreads + WORKER_OVERHEAD),
                SCHEDULER,
                services.redis().poolSize());
    }

    /** A sentence for the settings command. */
    public String text() {
        return """
                A process opens at most these connections to PostgreSQL: web %d, worker %d, scheduler %d, release %d, \
                task %d; and %d to Redis, but release none.""".formatted(web, worker, scheduler, RELEASE, COMMAND, redis);
    }
}
