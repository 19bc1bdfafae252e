package dozen.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dozen.domain.DomainError;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;

/**
 * An error response, sent as application/problem+json (RFC 9457). A route throws it for faults that only HTTP knows,
 * such as a media type or a length. A refusal by the domain is a {@link DomainError}.
 */
public final class Problem extends RuntimeException {
    /** The JSON that is sent. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Body(
            String type,
            String title,
            int status,
            String detail,
            String requestId,
            List<DomainError.FieldError> errors) {}

    private final int status;
    private final transient List<DomainError.FieldError> errors;
    private final transient Map<String, String> headers;

    private Problem(int status, String detail, List<DomainError.FieldError> errors, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.errors = errors;
        this.headers = headers;
    }

    /** @param detail what the caller can do about the error */
    public static Problem of(int status, String detail) {
        return new Problem(status, detail, List.of(), Map.of());
    }

    public static Problem badRequest(String detail) {
        return of(400, detail);
    }

    static Problem notFound() {
        return from(DomainError.notFound());
    }

    static Problem unavailable(String detail) {
        return from(DomainError.unavailable(detail));
    }

    /** Maps each kind of domain error to its status. No other code knows this mapping. */
    static Problem from(DomainError error) {
        var status = switch (error.kind()) {
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case GONE -> 410;
            case INVALID -> 422;
            case TOO_MANY -> 429;
            case UNAVAILABLE -> 503;
        };
        var wait = error.retryAfter();
        var headers = wait == null
                ? Map.<String, String>of()
                : Map.of("Retry-After", String.valueOf(Math.max(1, wait.toSeconds())));
        return new Problem(status, error.getMessage(), error.fields(), headers);
    }

    public static Problem methodNotAllowed(String allowed) {
        return new Problem(405, "Use one of: " + allowed, List.of(), Map.of("Allow", allowed));
    }

    /** Sets the status and headers of a response whose body other code writes, such as a form that is shown again. */
    public static void answer(Context context, DomainError error) {
        var problem = from(error);
        problem.headers().forEach(context::header);
        context.status(problem.status());
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public List<DomainError.FieldError> errors() {
        return errors;
    }

    Body body(String requestId) {
        return new Body(
                "about:blank", HttpStatus.forStatus(status).getMessage(), status, getMessage(), requestId, errors);
    }
}
