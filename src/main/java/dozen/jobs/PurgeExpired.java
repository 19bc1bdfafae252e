package dozen.jobs;

import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job: deletes rows that nobody will need again. A tick of the scheduler enqueues it. */
public record PurgeExpired() {
    private static final Logger log = LoggerFactory.getLogger(PurgeExpired.class);
    /** Rows per statement, few enough that no statement holds its locks for long. */
    private static final int BATCH = 10_000;

    /**
     * The tables to purge, each with the age in days at which its rows are deleted: dead jobs after the time to notice
     * one and decide about it; mails once nothing can ask for the same mail again; answers kept under an
     * Idempotency-Key when their day is over.
     */
    private static final List<Expired> ALL = List.of(
            new Expired("dead_jobs", "died_at", 90),
            new Expired("mails", "begun", 365),
            new Expired("idempotency_keys", "created_at", 1));

    private record Expired(String table, String time, int days) {
        String delete() {
            return """
                    DELETE FROM %1$s WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM %1$s WHERE %2$s < now() - %3$d * interval '1 day' LIMIT %4$d))
                    """.formatted(table, time, days, BATCH);
        }
    }

    /** Deletes the rows. It is safe to run again: it then finds fewer rows to delete. */
    public static void run(Jdbi jdbi, JobRun run) throws InterruptedException {
        for (var expired : ALL) {
            var total = 0;
            for (var deleted = BATCH; deleted == BATCH; total += deleted) {
                if (run.stopping()) throw new InterruptedException();
                deleted = jdbi.withHandle(handle -> handle.execute(expired.delete()));
            }
            log.info("{} rows of {} deleted", total, expired.table);
        }
    }
}
