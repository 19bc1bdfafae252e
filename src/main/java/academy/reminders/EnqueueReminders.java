package academy.reminders;

import dozen.jobs.Job;
import dozen.jobs.Jobs;
import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * A job: enqueues a reminder for every uncompleted course that its learner has not touched for 7 days, if it is daytime
 * where the learner lives. The enrolment is marked as reminded in the transaction that enqueues the job, so each pause
 * causes one reminder.
 *
 * @param now when the tick was due
 */
record EnqueueReminders(Instant now) {
    private static final int BATCH = 1000;

    /** Enqueues in batches of 1,000, each in its own transaction. */
    record Handler(Jdbi jdbi, Jobs jobs) {
        void run(EnqueueReminders job, Job.Run run) throws InterruptedException {
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
                                WHERE completed_at IS NULL AND letters AND mail_refused IS NULL
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
                            row.getObject("account_id", UUID.class),
                            row.getObject("course_id", UUID.class),
                            row.getTimestamp("active_at").toInstant()))
                    .list();
            jobs.enqueueAll(transaction, reminders);
            return reminders.size();
        }
    }

    /**
     * Returns the time zones in which it is between 9:00 and 18:00. Java computes them, because profiles are checked
     * against Java's names of zones. PostgreSQL may not know all of these, and one unknown name would fail the query,
     * and so the reminders of all learners.
     */
    static String[] zonesWithDaytime(Instant now) {
        return ZoneId.getAvailableZoneIds().stream()
                .filter(zone -> {
                    var hour = now.atZone(ZoneId.of(zone)).getHour();
                    return hour >= 9 && hour <= 17;
                })
                .toArray(String[]::new);
    }

    /** Returns the job for a tick. Its key is the time of the tick, so a tick that runs twice enqueues one job. */
    static Job of(Instant now) {
        return Job.of(new EnqueueReminders(now)).key("reminders " + now);
    }
}
