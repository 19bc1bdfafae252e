package academy.reminders;

import dozen.jobs.Job;
import dozen.jobs.JobRun;
import dozen.jobs.Jobs;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * A job: enqueues a day's digests, a batch of accounts at a time, and then itself for those after them. So neither memory
 * nor a transaction grows with the accounts, and who kills it half-way loses nobody.
 *
 * @param after the last account of the batch before; null to begin with
 */
public record EnqueueDigests(LocalDate day, UUID after) {
    private static final int BATCH = 1000;
    private static final UUID FIRST = new UUID(0, 0);

    /** The first of a day's chain. */
    public static Job of(LocalDate day) {
        return next(day, null);
    }

    private static Job next(LocalDate day, UUID after) {
        return Job.of(new EnqueueDigests(day, after)).key("digests %s %s".formatted(day, after));
    }

    /** Does it. */
    public static final class Handler {
        private final Jdbi jdbi;
        private final Jobs jobs;

        public Handler(Jdbi jdbi, Jobs jobs) {
            this.jdbi = jdbi;
            this.jobs = jobs;
        }

        public void run(EnqueueDigests job, JobRun run) {
            jdbi.useTransaction(transaction -> {
                var accounts = transaction
                        .createQuery("""
                                SELECT id FROM accounts WHERE id > :after AND letters ORDER BY id LIMIT :batch
                                """)
                        .bind("after", job.after() == null ? FIRST : job.after())
                        .bind("batch", BATCH)
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
