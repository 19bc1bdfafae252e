package academy.accounts;

import dozen.jobs.Job;
import dozen.mail.Mailer;
import dozen.security.Signer;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Mails and checks links that may set a new password. A link's token is valid for an hour and works once, because it is
 * bound to the old password. It is stored nowhere.
 */
record ResetLinks(Accounts accounts, Signer signer, Mailer mailer) {
    /** A job: mails a link for setting a new password, if this address has an account. */
    record SendPasswordReset(String email) {}

    private static final Duration VALID_FOR = Duration.ofHours(1);
    private static final String PURPOSE = "password-reset";

    void send(SendPasswordReset job, Job.Run run) throws MessagingException {
        var found = accounts.credentials(job.email());
        if (found.isEmpty()) return;
        var token = token(found.get());
        var values = Map.<String, Object>of(
                "link", mailer.publicUrl() + "/reset#" + token, "minutes", VALID_FOR.toMinutes());
        mailer.send(
                found.get().account().recipient(),
                "password-reset-" + run.id(),
                "accounts/mails/password-reset",
                "A new password for Academy",
                values);
    }

    private String token(Accounts.Credentials old) {
        var account = old.account().id().toString();
        var until = String.valueOf(Instant.now().plus(VALID_FOR).getEpochSecond());
        return String.join(".", account, until, signer.sign(PURPOSE, account, until, old.password()));
    }

    /** Returns what the token may replace; empty when it was used, has expired, or is not valid. */
    Optional<Accounts.Credentials> read(String token) {
        var parts = token.split("\\.", 3);
        if (parts.length < 3) return Optional.empty();
        try {
            var account = UUID.fromString(parts[0]);
            if (Long.parseLong(parts[1]) < Instant.now().getEpochSecond()) return Optional.empty();
            return accounts.credentials(account)
                    .filter(old -> signer.matches(parts[2], PURPOSE, account.toString(), parts[1], old.password()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
