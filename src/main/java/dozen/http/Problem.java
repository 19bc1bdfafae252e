package dozen.http;

import dozen.domain.DomainError;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * An error response, sent as application/problem+json (RFC 9457). A route throws it for faults that only HTTP knows,
 * such as a media type or a length. A refusal by the domain is a {@link DomainError}.
 */
public final class Problem extends RuntimeException {
    final int status;
    final transient List<DomainError.FieldError> errors;
    final transient Map<String, String> headers;

    Problem(int status, String detail, List<DomainError.FieldError> errors, Map<String, String> headers) {
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
        Map<String, String> headers =
                wait == null ? Map.of() : Map.of("Retry-After", String.valueOf(Math.max(1, wait.toSeconds())));
        return new Problem(status, error.getMessage(), error.fields(), headers);
    }

    /** Sets the status and headers of a response whose body other code writes, such as a form that is shown again. */
    public static void answer(Context context, DomainError error) {
        from(error).answer(context);
    }

    void answer(Context context) {
        headers.forEach(context::header);
        context.status(status);
    }

    String title() {
        return HttpStatus.forStatus(status).getMessage();
    }

    /** The body of the response. */
    byte[] json(String requestId) {
        var json = Json.MAPPER
                .createObjectNode()
                .put("type", "about:blank")
                .put("title", title())
                .put("status", status)
                .put("detail", getMessage())
                .put("requestId", requestId);
        if (!errors.isEmpty()) json.set("errors", Json.MAPPER.valueToTree(errors));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
