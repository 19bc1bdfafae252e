package dozen.domain;

import java.time.Duration;
import java.util.List;

/**
 * A refusal by the domain, with a kind instead of an HTTP status. HTTP turns it into application/problem+json, and a
 * task into one line and an exit code. The message is for the caller and says what to do about it.
 */
public final class DomainError extends RuntimeException {
    public enum Kind {
        NOT_FOUND,
        CONFLICT,
        /** It existed, and will not exist again, such as a link that was used. */
        GONE,
        INVALID,
        UNAUTHENTICATED,
        FORBIDDEN,
        TOO_MANY,
        /** A needed resource is away or full. The same request may work in a moment. */
        UNAVAILABLE
    }

    public record FieldError(String field, String message) {}

    public final Kind kind;
    /** The invalid fields; empty unless the kind is {@link Kind#INVALID}. */
    public final transient List<FieldError> fields;
    /** The time until the same request may work; null when waiting does not help. */
    public final transient Duration retryAfter;

    private DomainError(Kind kind, String message, List<FieldError> fields, Duration retryAfter) {
        super(message, null, false, false);
        this.kind = kind;
        this.fields = fields;
        this.retryAfter = retryAfter;
    }

    public static DomainError notFound() {
        return new DomainError(Kind.NOT_FOUND, "There is nothing here.", List.of(), null);
    }

    public static DomainError conflict(String message) {
        return new DomainError(Kind.CONFLICT, message, List.of(), null);
    }

    public static DomainError gone(String message) {
        return new DomainError(Kind.GONE, message, List.of(), null);
    }

    public static DomainError invalid(List<FieldError> fields) {
        return new DomainError(Kind.INVALID, "Some fields are not valid.", List.copyOf(fields), null);
    }

    public static DomainError invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    public static DomainError unauthenticated(String message) {
        return new DomainError(Kind.UNAUTHENTICATED, message, List.of(), null);
    }

    public static DomainError forbidden(String message) {
        return new DomainError(Kind.FORBIDDEN, message, List.of(), null);
    }

    /** @param wait the time until the next try may work */
    public static DomainError tooMany(Duration wait) {
        return new DomainError(Kind.TOO_MANY, "Too many tries. Try again later.", List.of(), wait);
    }

    public static DomainError unavailable(String message) {
        return new DomainError(Kind.UNAVAILABLE, message, List.of(), Duration.ofSeconds(2));
    }
}
