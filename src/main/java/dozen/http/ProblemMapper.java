package dozen.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.domain.DomainError;
import dozen.services.TransientFailures;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
final class ProblemMapper {
    private static final Logger log = LoggerFactory.getLogger(ProblemMapper.class);
    private static final String TYPE = "application/problem+json";

    private final DefaultHeaders defaultHeaders;
    private final Health health;
    private final ProblemPage page;

    ProblemMapper(DefaultHeaders defaultHeaders, Health health, ProblemPage page) {
        this.defaultHeaders = defaultHeaders;
        this.health = health;
        this.page = page;
    }

    void routes(RoutesConfig routes) {
        // Javalin has its own handler for HttpResponseException, which would win over ours for Exception.
        routes.exception(
                HttpResponseException.class, (failure, context) -> send(context, problem(failure, id(context))));
        routes.exception(Exception.class, (failure, context) -> send(context, problem(failure, id(context))));
    }

    private static String id(Context context) {
        return context.res().getHeader("X-Request-Id");
    }

    private static Problem problem(Exception failure, String requestId) {
        return switch (failure) {
            case Problem problem -> problem;
            case DomainError error -> Problem.from(error);
            case MethodNotAllowedResponse e ->
                Problem.methodNotAllowed(String.join(", ", e.getDetails().values()));
            case HttpResponseException e when e.getStatus() == 404 -> Problem.notFound();
            case HttpResponseException e -> Problem.of(e.getStatus(), e.getMessage());
            default -> unexpected(failure, requestId);
        };
    }

    private static Problem unexpected(Throwable failure, String requestId) {
        if (TransientFailures.is(failure)) {
            log.warn(
                    "a resource is away: {}",
                    String.valueOf(failure.getMessage()).lines().findFirst().orElse(""));
            return Problem.unavailable("A service that this needs is away. Try again in a moment.");
        }
        log.error("request {} failed", requestId, failure);
        return Problem.of(500, "Something went wrong on our side.");
    }

    private void send(Context context, Problem problem) {
        problem.headers().forEach(context::header);
        context.status(problem.status());
        if (Html.isWanted(context.path(), context.header("Accept"))) {
            var away = problem.status() == 503 ? health.away() : List.<String>of();
            Html.answer(context, page.render(view(problem, id(context), away)));
        } else {
            context.contentType(TYPE).result(bytes(problem, id(context)));
        }
    }

    private static ProblemPage.View view(Problem problem, String requestId, List<String> away) {
        var title = HttpStatus.forStatus(problem.status()).getMessage();
        return new ProblemPage.View(
                problem.status(), title, problem.getMessage(), requestId, away, problem.status() == 503);
    }

    private static byte[] bytes(Problem problem, String requestId) {
        try {
            return Json.MAPPER.writeValueAsBytes(problem.body(requestId));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Answers requests that never reached a route: malformed, with headers too large, over the limit, or during a
     * drain.
     */
    boolean jetty(Request request, Response response, Callback callback) {
        var problem = problem(response.getStatus());
        var id = RequestContext.idOf(request);
        defaultHeaders.addTo(response.getHeaders(), id);
        problem.headers().forEach(response.getHeaders()::put);
        var wantsHtml = Html.isWanted(
                request.getHttpURI().getPath() == null
                        ? ""
                        : request.getHttpURI().getPath(),
                request.getHeaders().get(HttpHeader.ACCEPT));
        if (wantsHtml) response.getHeaders().put("Content-Security-Policy", Html.POLICY);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, wantsHtml ? Html.TYPE : TYPE);
        // Jetty closes the connection after a malformed request, or when part of the body has not arrived yet. The
        // header tells the caller, which would otherwise reuse the connection.
        if (response.getStatus() != 503 || !request.consumeAvailable())
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        var body = wantsHtml
                ? page.render(view(problem, id, List.of())).getBytes(StandardCharsets.UTF_8)
                : bytes(problem, id);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    private static Problem problem(int status) {
        return switch (status) {
            case 503 -> Problem.unavailable("The server is full or about to stop. Try again in a moment.");
            case 404 -> Problem.notFound();
            case 500 -> Problem.of(500, "Something went wrong on our side.");
            default -> Problem.of(status, HttpStatus.forStatus(status).getMessage());
        };
    }
}
