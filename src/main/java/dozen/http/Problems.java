package dozen.http;

import dozen.domain.DomainError;
import dozen.services.Health;
import dozen.services.ServiceUnavailable;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns every failure of a route, of Javalin and of Jetty into an error response: application/problem+json (RFC 9457),
 * or a page for browsers. A refusal by the domain is a {@link DomainError}. A route throws Javalin's {@link
 * HttpResponseException} for faults that only HTTP knows, such as a media type, and says what the caller can do.
 */
record Problems(Health health, Function<Map<String, Object>, String> page) {
    private static final Logger log = LoggerFactory.getLogger(Problems.class);
    private static final String TYPE = "application/problem+json";

    private record Problem(
            int status, String detail, List<DomainError.FieldError> errors, Map<String, String> headers) {
        Problem(int status, String detail) {
            this(status, detail, List.of(), Map.of());
        }

        /** Maps each kind of domain error to its status. No other code knows this mapping. */
        static Problem of(DomainError error) {
            var status = switch (error.kind) {
                case UNAUTHENTICATED -> 401;
                case FORBIDDEN -> 403;
                case NOT_FOUND -> 404;
                case CONFLICT -> 409;
                case GONE -> 410;
                case INVALID -> 422;
                case TOO_MANY -> 429;
                case UNAVAILABLE -> 503;
            };
            var wait = error.retryAfter;
            Map<String, String> headers =
                    wait == null ? Map.of() : Map.of("Retry-After", String.valueOf(Math.max(1, wait.toSeconds())));
            return new Problem(status, error.getMessage(), error.fields, headers);
        }

        static Problem of(int status) {
            return switch (status) {
                case 404 -> of(DomainError.notFound());
                case 500 -> new Problem(500, "Something went wrong on our side.");
                case 503 -> of(DomainError.unavailable("The server is full or about to stop. Try again in a moment."));
                default -> new Problem(status, HttpStatus.forStatus(status).getMessage());
            };
        }

        static Problem of(Exception failure, String requestId) {
            return switch (failure) {
                case DomainError error -> of(error);
                case MethodNotAllowedResponse e -> {
                    var methods = String.join(", ", e.getDetails().values());
                    var allowed = methods.replace(", HEAD", ""); // it goes without saying where GET is
                    yield new Problem(405, "Use one of: " + allowed, List.of(), Map.of("Allow", allowed));
                }
                case HttpResponseException e when e.getStatus() == 404 -> of(404);
                case HttpResponseException e -> new Problem(e.getStatus(), e.getMessage());
                case Exception e
                when ServiceUnavailable.isCauseOf(e) -> {
                    log.warn("a resource is away: {}", ServiceUnavailable.reason(e));
                    yield of(DomainError.unavailable("A service that this needs is away. Try again in a moment."));
                }
                default -> {
                    log.error("request {} failed", requestId, failure);
                    yield of(500);
                }
            };
        }
    }

    /** Sets the status and headers of a response whose body other code writes, such as a form that is shown again. */
    static void answer(Context context, DomainError error) {
        var problem = Problem.of(error);
        problem.headers.forEach(context::header);
        context.status(problem.status);
    }

    void answer(Exception failure, Context context) {
        var request = Body.jetty(context);
        var problem = Problem.of(failure, RequestContext.idOf(request));
        if (Body.isLong(request)) context.header("Connection", "close"); // so that no other request waits for its rest
        Supplier<List<String>> away = () -> health.report().unavailable();
        context.status(problem.status).result(body(problem, request, away, context::header));
    }

    /** Answers requests that reached no route: malformed, with headers too large, over the limit, or during a drain. */
    boolean jetty(Request request, Response response, Callback callback) {
        var headers = response.getHeaders();
        RequestContext.DEFAULT_HEADERS.forEach(headers::put);
        headers.put("X-Request-Id", RequestContext.idOf(request));
        // Jetty closes the connection after a malformed request, or when part of the body has not arrived yet. The
        // header tells the caller, which would otherwise reuse the connection.
        if (response.getStatus() != 503 || !request.consumeAvailable()) headers.put(HttpHeader.CONNECTION, "close");
        var body = body(Problem.of(response.getStatus()), request, List::of, headers::put);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    /**
     * Sets the headers, and returns the body: HTML when the caller accepts it, as browsers do, and the path is not below
     * {@code /api/}.
     */
    private byte[] body(
            Problem problem, Request request, Supplier<List<String>> away, BiConsumer<String, String> header) {
        var path = String.valueOf(request.getHttpURI().getPath()); // null when the request line is malformed
        var accepted = String.valueOf(request.getHeaders().get(HttpHeader.ACCEPT));
        var isPage = accepted.contains("text/html") && !path.startsWith("/api/");
        problem.headers.forEach(header);
        header.accept("Content-Type", isPage ? Routes.HTML : TYPE);
        var values = new LinkedHashMap<String, Object>();
        values.put("type", "about:blank");
        values.put("title", HttpStatus.forStatus(problem.status).getMessage());
        values.put("status", problem.status);
        values.put("detail", problem.detail);
        values.put("requestId", RequestContext.idOf(request));
        if (!problem.errors.isEmpty()) values.put("errors", problem.errors);
        if (!isPage) return Json.MAPPER.valueToTree(values).toString().getBytes(StandardCharsets.UTF_8);
        header.accept("Content-Security-Policy", Routes.PAGE_POLICY);
        var isAway = problem.status == 503;
        values.put("away", isAway ? away.get() : List.of());
        values.put("temporary", isAway && "GET".equals(request.getMethod())); // a form is not sent again by itself
        return page.apply(values).getBytes(StandardCharsets.UTF_8);
    }
}
