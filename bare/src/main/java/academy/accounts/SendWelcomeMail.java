package academy.accounts;

import dozen.jobs.JobRun;
import dozen.services.Mail;
import dozen.services.SmtpDelivery;
import dozen.pages.Templates;
import jakarta.mail.MessagingException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A job: the first mail to a new account. Enqueued with the account, in one transaction. */
public record SendWelcomeMail(UUID account) {

    /** Does it, once: the account is marked when all but the mail's last byte is on its way. */
    public static final class Handler {
        private final Accounts accounts;
        private final Mail mail;
        private final Templates templates = new Templates();

        public Handler(Accounts accounts, Mail mail) {
            this.accounts = accounts;
            this.mail = mail;
        }

        public void run(SendWelcomeMail job, JobRun run) throws MessagingException {
            var account = accounts.unwelcomed(job.account());
            if (account.isEmpty()) return; // welcomed before, or deleted in the meantime
            var name = Map.<String, Object>of("name", account.get().name());
            var letter = new Mail.Email(
                    "welcome-" + job.account(),
                    account.get().email(),
                    account.get().name(),
                    "Welcome to Academy",
                    templates.render("mails/welcome.txt", name),
                    templates.render("mails/welcome.html", name),
                    Map.of(),
                    List.of());
            try {
                mail.send(letter, () -> accounts.welcome(job.account(), true));
            } catch (SmtpDelivery.Refused e) {
                accounts.welcome(job.account(), false); // it is not on its way
                if (!e.isHopeless()) throw e;
            }
        }
    }
}
