package academy.reminders;

import dozen.jobs.Job;
import dozen.jobs.JobRun;
import dozen.jobs.Jobs;
import java.time.Instant;
import java.time.ZoneId;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * A job: enqueues a reminder for every course that its learner left untouched for 7 days, when it is day where the learner
 * lives. The mark that somebody was reminded is written with the job, so each pause is reminded of once.
 *
 * @param now when the tick was due
 */
public record EnqueueReminders(Instant now) {
    private static final int BATCH = 1000;

    /** Does it, a batch in a transaction. */
    public static final class Handler {
        private final Jdbi jdbi;
        private final Jobs jobs;

        public Handler(Jdbi jdbi, Jobs jobs) {
            this.jdbi = jdbi;
            this.jobs = jobs;
        }

        public void run(EnqueueReminders job, JobRun run) throws InterruptedException {
            while (jdbi.inTransaction(transaction -> batch(transaction, job.now())) == BATCH) {
                if (run.stopping()) throw new InterruptedException();
            }
        }

        private int batch(Handle transaction, Instant now) {
            var reminders = transaction
                    .createQuery("""
                            WITH due AS (
                                SELECT account_id, course_id
                                FROM enrolments JOIN accounts ON accounts.id = account_id
                                WHERE completed_at IS NULL AND letters
                                    AND active_at < cast(:now AS timestamptz) - interval '7 days'
                                    AND (reminded_at IS NULL OR reminded_at < active_at)
                                    AND coalesce(time_zone, 'UTC') = ANY (:daytime)
                                LIMIT :batch FOR UPDATE OF enrolments SKIP LOCKED
                            )
                            UPDATE enrolments SET reminded_at = now() FROM due
                            WHERE enrolments.account_id = due.account_id AND enrolments.course_id = due.course_id
                            RETURNING enrolments.account_id, enrolments.course_id, active_at
                            """)
                    .bind("now", now)
                    .bind("daytime", zonesWithDaytime(now))
                    .bind("batch", BATCH)
                    .map((row, _) -> SendReminder.of(
                            row.getObject("account_id", java.util.UUID.class),
                            row.getObject("course_id", java.util.UUID.class),
                            row.getTimestamp("active_at").toInstant()))
                    .list();
            jobs.enqueueAll(transaction, reminders);
            return reminders.size();
        }
    }

    /**
     * Where it is from 9 to 18 o'clock. Java computes it, for PostgreSQL may know other names of zones than the ones that
     * profiles are checked against, and one name that it does not know would fail the reminders of all.
     */
    static String[] zonesWithDaytime(Instant now) {
        return ZoneId.getAvailableZoneIds().stream()
                .filter(zone -> {
                    var hour = now.atZone(ZoneId.of(zone)).getHour();
                    return hour >= 9 && hour <= 17;
                })
                .toArray(String[]::new);
    }

    /** By the time of the tick, so that a tick which is run again asks once. */
    public static Job of(Instant now) {
        return Job.of(new EnqueueReminders(now)).key("reminders " + now);
    }
}
