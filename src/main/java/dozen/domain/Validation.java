package dozen.domain;

import dozen.config.WebAddress.Authority;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.math.BigDecimal;
import java.net.IDN;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks fields and reports all that is wrong with them at once. */
public final class Validation {
    /**
     * A record that callers send. Its rules are written once: they refuse what is not valid, and the API document takes the
     * bounds of the fields from them. Fields that may be left out are marked {@code @Nullable}.
     */
    public interface Validated {
        /**
         * Checks every field. The API document runs this on a record of nulls, so no check may depend on another one's
         * outcome, except for errors that JSON Schema can't tell.
         */
        void validate(Validation validation);

        /** All that is wrong; empty when the record is valid. */
        default List<DomainError.FieldError> faults() {
            var validation = new Validation();
            validate(validation);
            return validation.errors();
        }

        /** @throws DomainError when the record is not valid */
        default void check() {
            var faults = faults();
            if (!faults.isEmpty()) throw DomainError.invalid(faults);
        }
    }

    private static final int MAX_LOCAL_PART = 64; // octets: RFC 5321, 4.5.3.1.1
    private static final int MAX_MAIL_ADDRESS = 254; // the longest path without its two brackets: RFC 5321, 4.5.3.1.3

    private final List<DomainError.FieldError> errors = new ArrayList<>();
    private final Map<String, Map<String, Object>> keywords = new HashMap<>();

    /** Checks that there is a value. */
    public void required(String field, Object value) {
        if (value == null) error(field, "is required");
    }

    /**
     * Checks a text of {@code min} to {@code max} characters, and returns whether it is valid. Null counts as missing.
     * A text that PostgreSQL can't store is refused.
     */
    public boolean text(String field, String value, int min, int max) {
        keywords.put(field, Map.of("minLength", min, "maxLength", max));
        var length = value == null ? 0 : value.codePointCount(0, value.length());
        if (value == null) error(field, "is required");
        else if (!storable(value)) error(field, "holds a character that can't be stored");
        else if (length > max) error(field, "may have %d characters at the most".formatted(max));
        else if (min > 0 && value.isBlank()) error(field, "must not be blank");
        else if (length < min) error(field, "needs %d characters at least".formatted(min));
        else return true;
        return false;
    }

    /** Checks that a number has at most 15 digits before the point and 4 after it; null counts as valid. */
    public void decimal(String field, BigDecimal value) {
        if (value == null) return;
        var plain = value.stripTrailingZeros();
        if (value.scale() > 1_000 || plain.scale() > 4 || (long) plain.precision() - plain.scale() > 15) {
            error(field, "may have 15 digits before the point and 4 after it");
        }
    }

    /** Checks that a date or a time lies in the years 1 to 9999; null counts as valid. */
    public void year(String field, Temporal value) {
        // As ISO 8601 text, which a sign begins for the other years.
        var isOutside = value != null && !value.toString().matches("(?!0000)\\d{4}(-.*)?");
        if (isOutside) error(field, "must lie in the years 1 to 9999");
    }

    public void mailAddress(String field, String value) {
        var isText = text(field, value, 1, MAX_MAIL_ADDRESS);
        keywords.put(field, Map.of("maxLength", MAX_MAIL_ADDRESS, "format", "email"));
        if (!isText) return;
        try {
            asciiMailAddress(value);
        } catch (IllegalArgumentException e) {
            error(field, e.getMessage());
        }
    }

    /**
     * Returns a valid mail address in the form that is sent to the server. The domain may be of any script and is
     * converted to A-labels. The part before the "@" must be ASCII: servers accept other characters only with the
     * SMTPUTF8 extension, and without it the mail would go to somebody else.
     *
     * @throws IllegalArgumentException when no mail can be sent to it; the message is for the person who typed it
     */
    public static String asciiMailAddress(String text) {
        var at = text.lastIndexOf('@');
        var local = text.substring(0, Math.max(at, 0));
        if (!local.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("may have only ASCII characters, and no blanks, before the @");
        }
        try {
            var domain = Authority.ascii(text.substring(at + 1));
            var isHost = domain.contains(".")
                    && IDN.toASCII(domain, IDN.USE_STD3_ASCII_RULES).equals(domain);
            var address = local + "@" + domain;
            var isShort = local.length() <= MAX_LOCAL_PART && address.length() <= MAX_MAIL_ADDRESS;
            // The check is strict. Comparing the result refuses the forms that the library would convert: names, groups
            // and angle brackets.
            if (isHost
                    && isShort
                    && new InternetAddress(address, true).getAddress().equals(address)) return address;
        } catch (AddressException | IllegalArgumentException e) {
            // refused below
        }
        throw new IllegalArgumentException("is not a mail address");
    }

    public void error(String field, String message) {
        errors.add(new DomainError.FieldError(field, message));
    }

    public List<DomainError.FieldError> errors() {
        return List.copyOf(errors);
    }

    /** The bounds that were checked, by field: keywords of JSON Schema with their values, for the API document. */
    public Map<String, Map<String, Object>> keywords() {
        return keywords;
    }

    public void check() {
        if (!errors.isEmpty()) throw DomainError.invalid(errors);
    }

    /** Whether PostgreSQL can store the text. It takes no NUL, and UTF-8 can't encode half a surrogate pair. */
    private static boolean storable(String value) {
        return value.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
    }
}
