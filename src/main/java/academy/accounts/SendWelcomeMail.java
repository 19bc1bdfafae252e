package academy.accounts;

import dozen.jobs.JobRun;
import dozen.mail.Mailer;
import jakarta.mail.MessagingException;
import java.util.Map;
import java.util.UUID;

/** A job: the first mail to a new account. Enqueued with the account, in one transaction. */
public record SendWelcomeMail(UUID account) {

    /** Does it. */
    public static final class Handler {
        private final Accounts accounts;
        private final Mailer mailer;

        public Handler(Accounts accounts, Mailer mailer) {
            this.accounts = accounts;
            this.mailer = mailer;
        }

        public void run(SendWelcomeMail job, JobRun run) throws MessagingException {
            var account = accounts.find(job.account());
            if (account.isEmpty()) return; // deleted in the meantime
            mailer.send(
                    account.get().recipient(), "welcome-" + job.account(), "welcome", "Welcome to Academy", Map.of());
        }
    }
}
