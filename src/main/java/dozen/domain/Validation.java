package dozen.domain;

import dozen.config.WebAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Checks fields and reports all that is wrong with them at once. */
public final class Validation {
    /**
     * Matches what mail programs turn into links, or a reader takes for an address: "evil.example", "https://…",
     * "me@…".
     */
    private static final Pattern ADDRESS =
            Pattern.compile("://|@|\\bwww\\.|[\\p{L}\\p{N}]\\.[\\p{L}\\p{N}]{2}|\\d\\.\\d", Pattern.CASE_INSENSITIVE);

    private final List<DomainError.FieldError> errors = new ArrayList<>();

    /**
     * Checks a text of {@code min} to {@code max} characters. Null counts as missing. A text that PostgreSQL can't
     * store is refused.
     */
    public void text(String field, String value, int min, int max) {
        if (value == null) {
            error(field, "is required");
        } else if (!storable(value)) {
            error(field, "holds a character that can't be stored");
        } else if (value.codePointCount(0, value.length()) > max) {
            error(field, "may have %d characters at the most".formatted(max));
        } else if (min > 0 && value.isBlank()) {
            error(field, "must not be blank");
        } else if (value.codePointCount(0, value.length()) < min) {
            error(field, "needs %d characters at least".formatted(min));
        }
    }

    public void mailAddress(String field, String value) {
        var before = errors.size();
        text(field, value, 1, 254);
        if (errors.size() > before) return;
        try {
            MailAddress.ascii(value);
        } catch (IllegalArgumentException e) {
            error(field, e.getMessage());
        }
    }

    /**
     * Checks a person's name, of 1 to 200 characters. It appears in mails to addresses that nobody has confirmed yet,
     * so it may hold no line breaks and nothing that reads as an address. Otherwise anyone could use us to send their
     * message to strangers.
     */
    public void personName(String field, String value) {
        var before = errors.size();
        text(field, value, 1, 200);
        if (errors.size() > before) return;
        if (value.codePoints().anyMatch(Validation::isControl))
            error(field, "may have no line breaks or other controls");
        else if (ADDRESS.matcher(value).find())
            error(field, "may hold no web or mail address; put a space after a full stop");
    }

    private static boolean isControl(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /** Checks that the text is empty, or an absolute http or https address. */
    public void webAddress(String field, String value, int max) {
        var before = errors.size();
        text(field, value, 0, max);
        if (errors.size() == before && !value.isEmpty() && !isWebAddress(value)) error(field, "is not a web address");
    }

    private static boolean isWebAddress(String value) {
        try {
            WebAddress.parse(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    public void matches(String field, String value, Pattern pattern, String message) {
        if (value != null && storable(value) && !pattern.matcher(value).matches()) error(field, message);
    }

    public void error(String field, String message) {
        errors.add(new DomainError.FieldError(field, message));
    }

    public List<DomainError.FieldError> errors() {
        return List.copyOf(errors);
    }

    public void check() {
        if (!errors.isEmpty()) throw DomainError.invalid(errors);
    }

    /** Whether PostgreSQL can store the text. It takes no NUL, and UTF-8 can't encode half a surrogate pair. */
    static boolean storable(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c == 0) return false;
            if (!Character.isSurrogate(c)) continue;
            var paired = Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1));
            if (!paired) return false;
            i++;
        }
        return true;
    }
}
