package academy.accounts;

import academy.letters.Mailer;
import dozen.jobs.JobRun;
import jakarta.mail.MessagingException;
import java.util.Map;
import java.util.UUID;

/** A job: the first mail to a new account. Enqueued with the account, in one transaction. */
public record SendWelcomeMail(UUID account) {

    /** Does it. */
    public static final class Handler {
        private final Accounts accounts;
        private final Mailer letters;

        public Handler(Accounts accounts, Mailer letters) {
            this.accounts = accounts;
            this.letters = letters;
        }

        public void run(SendWelcomeMail job, JobRun run) throws MessagingException {
            var account = accounts.find(job.account());
            if (account.isEmpty()) return; // deleted in the meantime
            letters.send(
                    account.get().recipient(), "welcome-" + job.account(), "welcome", "Welcome to Academy", Map.of());
        }
    }
}
