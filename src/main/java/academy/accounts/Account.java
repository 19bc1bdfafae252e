package academy.accounts;

import com.fasterxml.jackson.annotation.JsonValue;
import dozen.mail.Mailer;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * A person with a log-in, as that person and admins see it.
 *
 * @param timeZone such as Europe/Vienna; null when never given
 * @param letters whether mails are wanted that are not about the account itself
 * @param completeness the completeness of the profile, 0 to 100; null until it is computed
 * @param mailRefused what the mail server said when it refused this address for good; null while mails arrive
 */
public record Account(
        UUID id,
        String email,
        String name,
        String about,
        String timeZone,
        boolean letters,
        Role role,
        Integer completeness,
        String mailRefused,
        Instant createdAt) {
    static final String COLUMNS =
            "id, email, name, about, time_zone, letters, upper(role) AS role, completeness, mail_refused, created_at";

    public enum Role {
        LEARNER,
        ADMIN;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public boolean isAdmin() {
        return role == Role.ADMIN;
    }

    public Mailer.Recipient recipient() {
        return new Mailer.Recipient(email, name);
    }

    Profile profile() {
        return new Profile(name, about, timeZone, letters);
    }
}
