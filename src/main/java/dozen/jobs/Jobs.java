package dozen.jobs;

import dozen.logging.Logging;
import dozen.services.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
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
public final class Jobs {
    private final Wakeup wakeup;

    public Jobs(Redis redis) {
        this.wakeup = new Wakeup(redis);
    }

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
                SELECT type, coalesce(key, uuidv7()::text), payload::jsonb, coalesce(at::timestamptz, now())
                FROM unnest(?, ?, ?, ?) AS job (type, key, payload, at)
                ON CONFLICT DO NOTHING
                """;
        var added = transaction.execute(
                sql,
                texts(jobs, job -> Job.type(job.payload().getClass())),
                texts(jobs, Job::key),
                texts(jobs, job -> new Job.Data<>(requestId, job.payload()).write()),
                texts(jobs, job -> Objects.toString(job.at(), null)));
        if (added > 0) transaction.afterCommit(wakeup::send);
        return added;
    }

    private static String[] texts(List<Job> jobs, Function<Job, String> column) {
        return jobs.stream().map(column).toArray(String[]::new);
    }

    /** Tells the workers, through Redis, that there are jobs. A message that gets lost costs a second, never a job. */
    static final class Wakeup implements AutoCloseable {
        private static final Logger log = LoggerFactory.getLogger(Wakeup.class);
        private static final String CHANNEL = "jobs";

        private final Redis redis;
        private volatile boolean closed;
        private volatile JedisPubSub subscription;

        Wakeup(Redis redis) {
            this.redis = redis;
        }

        void send() {
            try {
                redis.client().publish(CHANNEL, "");
            } catch (JedisException e) {
                log.debug("no worker was woken: {}", e.getMessage());
            }
        }

        /**
         * Calls {@code wake} on a thread of its own: for each message, and after each subscription, because the
         * messages that were sent before it are lost.
         */
        void listen(Runnable wake) {
            Thread.ofVirtual().name("wakeup").start(() -> {
                while (!closed) {
                    subscription = new JedisPubSub() {
                        @Override
                        public void onMessage(String channel, String message) {
                            wake.run();
                        }

                        @Override
                        public void onSubscribe(String channel, int count) {
                            if (closed) unsubscribe();
                            else wake.run();
                        }
                    };
                    try {
                        redis.client().subscribe(subscription, CHANNEL);
                    } catch (JedisException e) {
                        log.debug("not subscribed: {}", e.getMessage());
                        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                    }
                }
            });
        }

        @Override
        public void close() {
            closed = true;
            try {
                if (subscription != null && subscription.isSubscribed()) subscription.unsubscribe();
            } catch (JedisException e) {
                log.debug("not unsubscribed: {}", e.getMessage());
            }
        }
    }
}
