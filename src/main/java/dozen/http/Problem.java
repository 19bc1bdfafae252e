package dozen.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.HttpStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An answer that is an error: thrown by a route, sent as application/problem+json (RFC 9457). */
public final class Problem extends RuntimeException {
    /** What is wrong with one field of the request. */
    public record FieldError(String field, String message) {}

    /** What is sent. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Body(String type, String title, int status, String detail, String requestId, List<FieldError> errors) {}

    private static final int RETRY_SECONDS = 2;

    private final int status;
    private final transient List<FieldError> errors;
    private final transient Map<String, String> headers;

    private Problem(int status, String detail, List<FieldError> errors, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.errors = errors;
        this.headers = headers;
    }

    /** @param detail what this caller can do about it */
    public static Problem of(int status, String detail) {
        return new Problem(status, detail, List.of(), Map.of());
    }

    public static Problem badRequest(String detail) {
        return of(400, detail);
    }

    public static Problem unauthorized(String detail) {
        return of(401, detail);
    }

    public static Problem forbidden(String detail) {
        return of(403, detail);
    }

    public static Problem notFound() {
        return of(404, "There is nothing here.");
    }

    public static Problem methodNotAllowed(String allowed) {
        return new Problem(405, "Use one of: " + allowed, List.of(), Map.of("Allow", allowed));
    }

    public static Problem conflict(String detail) {
        return of(409, detail);
    }

    public static Problem fields(List<FieldError> errors) {
        return new Problem(422, "Some fields are not valid.", List.copyOf(errors), Map.of());
    }

    public static Problem field(String field, String message) {
        return fields(List.of(new FieldError(field, message)));
    }

    /** Something that the answer needs is away or full; the same request may work in a moment. */
    public static Problem unavailable(String detail) {
        return new Problem(503, detail, List.of(), Map.of("Retry-After", String.valueOf(RETRY_SECONDS)));
    }

    /** @param wait until the next try may work; told in whole seconds */
    public static Problem tooMany(Duration wait) {
        return new Problem(
                429,
                "Too many tries. Try again later.",
                List.of(),
                Map.of("Retry-After", String.valueOf(Math.max(1, wait.toSeconds()))));
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public List<FieldError> errors() {
        return errors;
    }

    Body body(String requestId) {
        return new Body(
                "about:blank", HttpStatus.forStatus(status).getMessage(), status, getMessage(), requestId, errors);
    }
}
