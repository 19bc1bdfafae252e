package academy.accounts;

import dozen.jobs.JobRun;
import dozen.resources.Mail;
import jakarta.mail.MessagingException;
import java.net.URI;
import java.util.UUID;

/** A job: the first mail to a new account. Enqueued with the account, in one transaction. */
public record SendWelcomeMail(UUID account) {

    /** Does it. */
    public static final class Handler {
        private final Accounts accounts;
        private final Mail mail;
        private final URI publicUrl;

        public Handler(Accounts accounts, Mail mail, URI publicUrl) {
            this.accounts = accounts;
            this.mail = mail;
            this.publicUrl = publicUrl;
        }

        public void run(SendWelcomeMail job, JobRun run) throws MessagingException {
            var found = accounts.find(job.account());
            if (found.isEmpty()) return; // deleted in the meantime
            var account = found.get();
            mail.send(new Mail.Letter(
                    "welcome-" + account.id(), account.email(), account.name(), "Welcome to Academy", """
                    Hello %s,

                    your account at Academy is ready. The courses wait for you:

                    %s

                    Academy
                    """.formatted(
                                    account.name(), publicUrl)));
        }
    }
}
