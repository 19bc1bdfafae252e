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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns every failure into application/problem+json, or into a page for browsers. It handles failures of routes, of
 * Javalin and of Jetty.
 */
record ProblemMapper(List<HttpField> defaultHeaders, Health health, Function<Map<String, Object>, String> page) {
    private static final Logger log = LoggerFactory.getLogger(ProblemMapper.class);
    private static final String TYPE = "application/problem+json";

    void routes(RoutesConfig routes) {
        // Javalin has its own handler for HttpResponseException, which would win over ours for Exception.
        routes.exception(HttpResponseException.class, this::answer);
        routes.exception(Exception.class, this::answer);
    }

    private void answer(Exception failure, Context context) {
        var id = context.res().getHeader("X-Request-Id");
        var problem = problem(failure, id);
        problem.answer(context);
        if (Html.isWanted(context.path(), context.header("Accept"))) {
            Html.answer(
                    context,
                    html(
                            problem,
                            context.method().name(),
                            id,
                            problem.status == 503 ? health.unavailable() : List.of()));
        } else {
            context.contentType(TYPE).result(problem.json(id));
        }
    }

    private static Problem problem(Exception failure, String requestId) {
        return switch (failure) {
            case Problem problem -> problem;
            case DomainError error -> Problem.from(error);
            case MethodNotAllowedResponse e -> {
                var allowed = String.join(", ", e.getDetails().values());
                yield new Problem(405, "Use one of: " + allowed, List.of(), Map.of("Allow", allowed));
            }
            case HttpResponseException e when e.getStatus() == 404 -> problem(404);
            case HttpResponseException e -> Problem.of(e.getStatus(), e.getMessage());
            default -> unexpected(failure, requestId);
        };
    }

    private static Problem unexpected(Exception failure, String requestId) {
        if (!ServiceUnavailable.isCauseOf(failure)) {
            log.error("request {} failed", requestId, failure);
            return problem(500);
        }
        var message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        log.warn("a resource is away: {}", message);
        return Problem.from(DomainError.unavailable("A service that this needs is away. Try again in a moment."));
    }

    private static Problem problem(int status) {
        return switch (status) {
            case 404 -> Problem.from(DomainError.notFound());
            case 500 -> Problem.of(500, "Something went wrong on our side.");
            case 503 ->
                Problem.from(DomainError.unavailable("The server is full or about to stop. Try again in a moment."));
            default -> Problem.of(status, HttpStatus.forStatus(status).getMessage());
        };
    }

    private String html(Problem problem, String method, String requestId, List<String> away) {
        var isTemporary = problem.status == 503 && method.equals("GET"); // a form is not sent again by itself
        return page.apply(Map.of(
                "status",
                problem.status,
                "title",
                problem.title(),
                "detail",
                problem.getMessage(),
                "requestId",
                Objects.toString(requestId, ""),
                "away",
                away,
                "temporary",
                isTemporary));
    }

    /** Answers requests that reached no route: malformed, with headers too large, over the limit, or during a drain. */
    boolean jetty(Request request, Response response, Callback callback) {
        var problem = problem(response.getStatus());
        var id = RequestContext.idOf(request);
        var headers = response.getHeaders();
        defaultHeaders.forEach(headers::put);
        headers.put("X-Request-Id", id);
        problem.headers.forEach(headers::put);
        var path = String.valueOf(request.getHttpURI().getPath()); // null when the request line is malformed
        var wantsHtml = Html.isWanted(path, request.getHeaders().get(HttpHeader.ACCEPT));
        if (wantsHtml) headers.put("Content-Security-Policy", Html.POLICY);
        headers.put(HttpHeader.CONTENT_TYPE, wantsHtml ? Html.TYPE : TYPE);
        // Jetty closes the connection after a malformed request, or when part of the body has not arrived yet. The
        // header tells the caller, which would otherwise reuse the connection.
        if (response.getStatus() != 503 || !request.consumeAvailable()) headers.put(HttpHeader.CONNECTION, "close");
        var body = wantsHtml
                ? html(problem, request.getMethod(), id, List.of()).getBytes(StandardCharsets.UTF_8)
                : problem.json(id);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }
}
