package academy.accounts;

import java.time.Instant;
import java.util.UUID;

/** A person with a log-in, as that person and admins see it. */
public record Account(UUID id, String email, String name, Role role, Instant createdAt) {
    public enum Role {
        LEARNER,
        ADMIN;

        @com.fasterxml.jackson.annotation.JsonValue
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
