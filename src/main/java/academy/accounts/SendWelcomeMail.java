package academy.accounts;

import dozen.jobs.Job;
import dozen.mail.Mailer;
import jakarta.mail.MessagingException;
import java.util.Map;
import java.util.UUID;

/** A job: sends the first mail to a new account. It is enqueued in the transaction that creates the account. */
record SendWelcomeMail(UUID account) {
    record Handler(Accounts accounts, Mailer mailer) {
        void run(SendWelcomeMail job, Job.Run run) throws MessagingException {
            var account = accounts.find(job.account());
            if (account.isEmpty()) return; // deleted in the meantime
            mailer.send(
                    account.get().recipient(),
                    "welcome-" + job.account(),
                    "accounts/mails/welcome",
                    "Welcome to Academy",
                    Map.of());
        }
    }
}
