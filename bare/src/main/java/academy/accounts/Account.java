package academy.accounts;

import dozen.mail.Mailer;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/** A person with a log-in, as that person and admins see it. */
public record Account(UUID id, String email, String name, Role role, Instant createdAt) {
    static final String COLUMNS = "id, email, name, upper(role) AS role, created_at";

    public enum Role {
        MEMBER,
        ADMIN;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Mailer.Recipient recipient() {
        return new Mailer.Recipient(email, name);
    }

    public boolean isAdmin() {
        return role == Role.ADMIN;
    }
}
