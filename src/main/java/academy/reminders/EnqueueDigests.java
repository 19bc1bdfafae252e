package academy.reminders;

import dozen.jobs.Job;
import dozen.jobs.Jobs;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * A job: enqueues a day's digests for one batch of 1,000 accounts, and then itself for the accounts after them. So
 * neither memory nor a transaction grows with the number of accounts, and a worker killed half-way skips no account.
 *
 * @param after the last account of the previous batch; null for the first batch
 */
public record EnqueueDigests(LocalDate day, UUID after) {
    private static final int BATCH = 1000;
    private static final UUID FIRST = new UUID(0, 0);

    /** Returns the first job of a day's chain. */
    public static Job of(LocalDate day) {
        return next(day, null);
    }

    private static Job next(LocalDate day, UUID after) {
        return Job.of(new EnqueueDigests(day, after)).key("digests %s %s".formatted(day, after));
    }

    record Handler(Jdbi jdbi, Jobs jobs) {
        void run(EnqueueDigests job, Job.Run run) {
            jdbi.useTransaction(transaction -> {
                var query =
                        "SELECT id FROM accounts WHERE id > ? AND letters AND mail_refused IS NULL ORDER BY id LIMIT ?";
                var after = job.after() == null ? FIRST : job.after();
                var accounts = transaction
                        .select(query, after, BATCH)
                        .mapTo(UUID.class)
                        .list();
                var batch = new ArrayList<Job>(accounts.size() + 1);
                for (var account : accounts) batch.add(SendDigest.of(account, job.day()));
                if (accounts.size() == BATCH) batch.add(next(job.day(), accounts.getLast()));
                jobs.enqueueAll(transaction, batch);
            });
        }
    }
}
