package dozen.http;

import dozen.domain.DomainError;
import dozen.services.Health;
import dozen.services.ServiceUnavailable;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
                    var allowed = String.join(", ", e.getDetails().values());
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

        void answer(Context context) {
            headers.forEach(context::header);
            context.status(status);
        }

        Map<String, Object> values(String requestId) {
            var values = new LinkedHashMap<String, Object>();
            values.put("type", "about:blank");
            values.put("title", HttpStatus.forStatus(status).getMessage());
            values.put("status", status);
            values.put("detail", detail);
            values.put("requestId", requestId);
            if (!errors.isEmpty()) values.put("errors", errors);
            return values;
        }

        byte[] json(String requestId) {
            return Json.MAPPER.valueToTree(values(requestId)).toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Sets the status and headers of a response whose body other code writes, such as a form that is shown again. */
    static void answer(Context context, DomainError error) {
        Problem.of(error).answer(context);
    }

    void routes(RoutesConfig routes) {
        // Javalin has its own handler for HttpResponseException, which would win over ours for Exception.
        routes.exception(HttpResponseException.class, this::answer);
        routes.exception(Exception.class, this::answer);
    }

    private void answer(Exception failure, Context context) {
        var id = context.res().getHeader("X-Request-Id");
        var problem = Problem.of(failure, id);
        problem.answer(context);
        if (wantsPage(context.path(), context.header("Accept"))) {
            var away = problem.status == 503 ? health.report().unavailable() : List.<String>of();
            Routes.html(context, page(problem, id, context.method().name(), away));
        } else {
            context.contentType(TYPE).result(problem.json(id));
        }
    }

    /** Answers requests that reached no route: malformed, with headers too large, over the limit, or during a drain. */
    boolean jetty(Request request, Response response, Callback callback) {
        var problem = Problem.of(response.getStatus());
        var id = RequestContext.idOf(request);
        var headers = response.getHeaders();
        RequestContext.DEFAULT_HEADERS.forEach(headers::put);
        headers.put("X-Request-Id", id);
        problem.headers.forEach(headers::put);
        var path = String.valueOf(request.getHttpURI().getPath()); // null when the request line is malformed
        var wantsPage = wantsPage(path, request.getHeaders().get(HttpHeader.ACCEPT));
        if (wantsPage) headers.put("Content-Security-Policy", Routes.PAGE_POLICY);
        headers.put(HttpHeader.CONTENT_TYPE, wantsPage ? Routes.HTML : TYPE);
        // Jetty closes the connection after a malformed request, or when part of the body has not arrived yet. The
        // header tells the caller, which would otherwise reuse the connection.
        if (response.getStatus() != 503 || !request.consumeAvailable()) headers.put(HttpHeader.CONNECTION, "close");
        var body = wantsPage
                ? page(problem, id, request.getMethod(), List.of()).getBytes(StandardCharsets.UTF_8)
                : problem.json(id);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    /** Whether the caller accepts HTML, as browsers do, and the path is not below {@code /api/}. */
    private static boolean wantsPage(String path, String accept) {
        return accept != null && accept.contains("text/html") && !path.startsWith("/api/");
    }

    private String page(Problem problem, String requestId, String method, List<String> away) {
        var values = problem.values(requestId);
        values.put("away", away);
        values.put("temporary", problem.status == 503 && method.equals("GET")); // a form is not sent again by itself
        return page.apply(values);
    }
}
