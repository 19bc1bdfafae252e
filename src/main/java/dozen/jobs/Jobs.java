package dozen.jobs;

import dozen.logging.RequestId;
import dozen.services.Redis;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

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
        var requestId = RequestId.current();
        var added = transaction
                .createUpdate("""
                        INSERT INTO jobs (task_name, task_instance, task_data, execution_time)
                        SELECT type, coalesce(key, uuidv7()::text), payload::jsonb, coalesce(at::timestamptz, now())
                        FROM unnest(:types, :keys, :payloads, :times) AS job (type, key, payload, at)
                        ON CONFLICT DO NOTHING
                        """)
                .bind("types", texts(jobs, job -> JobType.name(job.payload().getClass())))
                .bind("keys", texts(jobs, Job::key))
                .bind("payloads", texts(jobs, job -> Payload.write(job.payload(), requestId)))
                .bind(
                        "times",
                        texts(jobs, job -> job.at() == null ? null : job.at().toString()))
                .execute();
        if (added > 0) transaction.afterCommit(wakeup::send);
        return added;
    }

    private static String[] texts(List<Job> jobs, Function<Job, String> column) {
        return jobs.stream().map(column).toArray(String[]::new);
    }
}
