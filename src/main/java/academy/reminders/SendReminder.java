package academy.reminders;

import academy.accounts.Accounts;
import academy.learning.Enrolments;
import dozen.jobs.Job;
import dozen.mail.Mailer;
import jakarta.mail.MessagingException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A job: asks a learner to continue with a course.
 *
 * @param active when the learner was last active in the course; a later pause gets its own reminder
 */
record SendReminder(UUID account, UUID course, Instant active) {
    static Job of(UUID account, UUID course, Instant active) {
        var reminder = new SendReminder(account, course, active);
        return Job.of(reminder).key(reminder.key());
    }

    private String key() {
        return "reminder-%s-%s-%d".formatted(account, course, active.getEpochSecond());
    }

    record Handler(Accounts accounts, Enrolments enrolments, Mailer mailer, UnsubscribeLinks links) {
        void run(SendReminder job, Job.Run run) throws MessagingException {
            var account = accounts.find(job.account())
                    .filter(RemindersFeature::mayMail)
                    .orElse(null);
            var enrolment = enrolments.find(job.account(), job.course()).orElse(null);
            var isPaused = enrolment != null && enrolment.activeAt().equals(job.active());
            if (account == null || !isPaused || enrolment.completedAt() != null) return; // no longer due
            mailer.send(
                    account.recipient(),
                    job.key(),
                    "reminders/mails/reminder",
                    "Go on with " + enrolment.course(),
                    Map.of("enrolment", enrolment, "unsubscribe", links.to(account.id())),
                    links.headers(account.id()),
                    List.of());
        }
    }
}
