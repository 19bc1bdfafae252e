package academy.accounts;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.domain.DomainError;
import dozen.domain.Validation;
import dozen.domain.Validation.Validated;
import dozen.mail.Mailer;
import java.text.Normalizer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A person with a log-in, as that person and admins see it.
 *
 * @param timeZone such as Europe/Vienna; null when never given
 * @param letters whether mails are wanted that are not about the account itself
 * @param completeness the completeness of the profile, 0 to 100; null until it is computed
 * @param mailRefused what the mail server said when it refused this address for good; null while mails arrive
 * @param sessionGeneration counts how often all sessions were ended; a session works in its own generation only
 */
public record Account(
        UUID id,
        String email,
        String name,
        String about,
        @Nullable String timeZone,
        boolean letters,
        Role role,
        @Nullable Integer completeness,
        @Nullable String mailRefused,
        Instant createdAt,
        @JsonIgnore int sessionGeneration) {
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    /** Matches characters that take no room on a page, so that a reader does not notice them. */
    private static final Pattern INVISIBLE = Pattern.compile("\\p{Cf}");
    /** Matches what mail programs turn into links, or a reader takes for an address: "evil.example", "me@…". */
    private static final Pattern ADDRESS = Pattern.compile(
            "://|@|\\bwww\\.|[\\p{L}\\p{M}\\p{N}][.。][\\p{L}\\p{M}\\p{N}]{2}|\\d\\.\\d", Pattern.CASE_INSENSITIVE);

    static final String COLUMNS = """
            id, email, name, about, time_zone, letters, upper(role) AS role, completeness, mail_refused, created_at,
            session_generation
            """;

    public enum Role {
        LEARNER,
        ADMIN;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Mailer.Recipient recipient() {
        return new Mailer.Recipient(email, name);
    }

    /**
     * Checks a person's name, of 1 to 200 characters. It appears in mails to addresses that nobody has confirmed yet,
     * so it may hold no line breaks and nothing that reads as an address. Otherwise anyone could use us to send their
     * message to strangers.
     */
    static void checkName(Validation validation, String name) {
        if (!validation.text("name", name, 1, 200)) return;
        var seen = INVISIBLE
                .matcher(Normalizer.normalize(name, Normalizer.Form.NFKC))
                .replaceAll("");
        if (CONTROL.matcher(name).find()) validation.error("name", "may have no line breaks or other controls");
        else if (seen.isBlank()) validation.error("name", "must not be blank");
        else if (ADDRESS.matcher(seen).find())
            validation.error("name", "may hold no web or mail address; put a space after a full stop");
    }

    Profile profile() {
        return new Profile(name, about, timeZone, letters);
    }

    /** The details that people may change in their own account. The role is never among them. */
    @JsonTypeName("Profile")
    public record Profile(
            String name, String about, @Nullable String timeZone, Boolean letters) implements Validated {
        @Override
        public void validate(Validation validation) {
            checkName(validation, name);
            validation.text("about", about, 0, 2_000);
            if (timeZone != null && !ZoneId.getAvailableZoneIds().contains(timeZone)) {
                validation.error("timeZone", "is not a time zone such as Europe/Vienna");
            }
            if (letters == null) validation.error("letters", "must be true or false");
        }

        /** @param before the profile before the change; a name that an older release accepted may stay */
        Profile checked(Profile before) {
            var faults = new ArrayList<>(faults());
            if (before.name().equals(name))
                faults.removeIf(fault -> fault.field().equals("name"));
            if (!faults.isEmpty()) throw DomainError.invalid(faults);
            return this;
        }

        // for reminders
        public Profile withLetters(boolean wanted) {
            return new Profile(name, about, timeZone, wanted);
        }

        // end
        /** Returns a value from 0 to 100: a name counts 40, a few words about oneself and a time zone 30 each. */
        public int completeness() {
            return (name.isBlank() ? 0 : 40) + (about.isBlank() ? 0 : 30) + (timeZone == null ? 0 : 30);
        }
    }
}
