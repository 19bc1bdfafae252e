package academy.accounts;

import dozen.jobs.JobRun;
import dozen.mail.Mailer;
import jakarta.mail.MessagingException;
import java.util.Map;

/** A job: mails a link for setting a new password, if this address has an account. */
public record SendPasswordReset(String email) {

    public static final class Handler {
        private final Accounts accounts;
        private final ResetLinks links;
        private final Mailer mailer;

        public Handler(Accounts accounts, ResetLinks links, Mailer mailer) {
            this.accounts = accounts;
            this.links = links;
            this.mailer = mailer;
        }

        public void run(SendPasswordReset job, JobRun run) throws MessagingException {
            var found = accounts.findByEmail(job.email());
            if (found.isEmpty()) return;
            var account = found.get();
            var token = links.token(account.id());
            mailer.send(
                    account.recipient(),
                    "password-reset-" + run.id(),
                    "accounts/mails/password-reset",
                    "A new password for Academy",
                    Map.of(
                            "link",
                            mailer.publicUrl().link("/reset#" + token),
                            "token",
                            token,
                            "minutes",
                            ResetLinks.VALID_FOR.toMinutes()));
        }
    }
}
