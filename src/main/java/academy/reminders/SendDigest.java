package academy.reminders;

import academy.accounts.Account;
import academy.accounts.Accounts;
import academy.courses.Course;
import academy.courses.Courses;
import academy.learning.Enrolments;
import dozen.jobs.Job;
import dozen.mail.Mailer;
import jakarta.mail.MessagingException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A job: mails one account the courses that were new on the day before, and its progress in unfinished courses. An
 * account with neither gets no mail.
 */
record SendDigest(UUID account, LocalDate day) {
    private static final int MAX = 10;

    static Job of(UUID account, LocalDate day) {
        return Job.of(new SendDigest(account, day)).key(key(account, day));
    }

    private static String key(UUID account, LocalDate day) {
        return "digest-%s-%s".formatted(day, account);
    }

    record Handler(Accounts accounts, Courses courses, Enrolments enrolments, Mailer mailer, UnsubscribeLinks links) {
        void run(SendDigest job, Job.Run run) throws MessagingException {
            var account = accounts.find(job.account())
                    .filter(RemindersFeature::mayMail)
                    .orElse(null);
            if (account == null) return; // deleted, unsubscribed or refused in the meantime
            var since = job.day().minusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            var until = job.day().atStartOfDay(ZoneOffset.UTC).toInstant();
            var fresh = courses.createdBetween(since, until, MAX);
            var underWay = enrolments.underWay(account.id(), MAX);
            if (fresh.isEmpty() && underWay.isEmpty()) return;
            mailer.send(
                    account.recipient(),
                    key(account.id(), job.day()),
                    "reminders/mails/digest",
                    "Your day at Academy",
                    values(account, fresh, underWay),
                    links.headers(account.id()),
                    List.of());
        }

        private Map<String, Object> values(Account account, List<Course> fresh, List<Enrolments.Enrolment> underWay) {
            return Map.of(
                    "fresh",
                    fresh,
                    "hasFresh",
                    !fresh.isEmpty(),
                    "underWay",
                    underWay,
                    "hasUnderWay",
                    !underWay.isEmpty(),
                    "unsubscribe",
                    links.to(account.id()));
        }
    }
}
