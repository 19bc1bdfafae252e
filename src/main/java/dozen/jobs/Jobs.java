package dozen.jobs;

import dozen.logging.Logging;
import dozen.services.Redis;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Enqueues jobs in the caller's transaction, so that no job is lost and none exists for a change that rolled back.
 *
 * <pre>{@code
 * jdbi.useTransaction(transaction -> {
 *     // the change that asks for the work …
 *     jobs.enqueue(transaction, new SendWelcomeMail(account.id()));
 * });
 * }</pre>
 *
 * After the commit, one message through Redis wakes the workers. When the message is lost, because Redis is away or
 * this process dies, they find the job within a second.
 */
public record Jobs(Redis redis) {
    /**
     * The number of jobs of one type, by state.
     *
     * @param waiting jobs that wait for their first attempt, or for the next one
     * @param oldestSeconds how many seconds ago the longest waiting job was due; 0 when none is due
     */
    public record Counts(String type, long waiting, long running, long dead, long oldestSeconds) {
        public static Counts none(String type) {
            return new Counts(type, 0, 0, 0, 0);
        }

        /** Counts the jobs of every type that has any, keyed by type. */
        public static SortedMap<String, Counts> byType(Jdbi jdbi) {
            var sql = """
                    SELECT type, count(*) FILTER (WHERE NOT picked) AS waiting, count(*) FILTER (WHERE picked) AS running,
                        count(*) FILTER (WHERE picked IS NULL) AS dead,
                        greatest(0, extract(epoch FROM now() - min(execution_time) FILTER (WHERE NOT picked)))::bigint
                            AS oldest_seconds
                    FROM (
                        SELECT task_name AS type, picked, execution_time FROM jobs
                        UNION ALL
                        SELECT type, NULL, NULL FROM dead_jobs
                    ) AS every_job GROUP BY type
                    """;
            return jdbi.withHandle(handle -> new TreeMap<>(handle.select(sql)
                    .map(ConstructorMapper.of(Counts.class))
                    .collectToMap(Counts::type, count -> count)));
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Jobs.class);

    private static final String CHANNEL = "jobs";

    /** Enqueues a job that runs as soon as a worker is free. */
    public void enqueue(Handle transaction, Object payload) {
        enqueue(transaction, Job.of(payload));
    }

    /** Returns false when a job of this type with its key is queued already. */
    public boolean enqueue(Handle transaction, Job job) {
        return enqueueAll(transaction, List.of(job)) == 1;
    }

    /** Enqueues all jobs in one statement. Returns how many were new, not counting those queued already. */
    public int enqueueAll(Handle transaction, List<Job> jobs) {
        if (jobs.isEmpty()) return 0;
        var requestId = Logging.requestId();
        var sql = """
                INSERT INTO jobs (task_name, task_instance, task_data, execution_time)
                SELECT type, coalesce(key, uuidv7()::text), data::jsonb, coalesce(at::timestamptz, now())
                FROM unnest(?, ?, ?, ?) AS job (type, key, data, at)
                ON CONFLICT DO NOTHING
                """;
        var added = transaction.execute(
                sql,
                texts(jobs, job -> job.payload().getClass().getSimpleName()),
                texts(jobs, Job::key),
                texts(jobs, job -> job.data(requestId)),
                texts(jobs, job -> Objects.toString(job.at(), null)));
        if (added > 0) transaction.afterCommit(this::wake);
        return added;
    }

    private static String[] texts(List<Job> jobs, Function<Job, String> column) {
        return jobs.stream().map(column).toArray(String[]::new);
    }

    /** Tells the workers, through Redis, that there are jobs. A message that gets lost costs a second, never a job. */
    void wake() {
        try {
            redis.client().publish(CHANNEL, "");
        } catch (JedisException e) {
            log.debug("no worker was woken: {}", e.getMessage());
        }
    }

    /**
     * Calls {@code wake} for each message and subscription, because messages before a subscription are lost. Returns what
     * ends the subscription by the protocol: an interrupt could leave it to the pool's next borrower.
     */
    Runnable listen(Runnable wake) {
        var closed = new AtomicBoolean();
        var subscription = new JedisPubSub() {
            @Override
            public void onMessage(String channel, String message) {
                wake.run();
            }

            @Override
            public void onSubscribe(String channel, int count) {
                if (closed.get()) unsubscribe();
                else wake.run();
            }
        };
        Thread.ofVirtual().name("wakeup").start(() -> {
            while (!closed.get()) {
                try {
                    redis.client().subscribe(subscription, CHANNEL);
                } catch (JedisException e) {
                    log.debug("not subscribed: {}", e.getMessage());
                    LockSupport.parkNanos(200_000_000);
                }
            }
        });
        return () -> {
            closed.set(true);
            try {
                if (subscription.isSubscribed()) subscription.unsubscribe();
            } catch (JedisException e) {
                log.debug("not unsubscribed: {}", e.getMessage()); // Redis is away, and so is the subscription
            }
        };
    }
}
