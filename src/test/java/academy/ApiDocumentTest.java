package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

class ApiDocumentTest {
    /** Pages for people, which the API document leaves out. The browser tests visit each of them. */
    private static final Pattern PAGES = Pattern.compile(
            "(GET|POST) /((sign-up|log-in|log-out|reset|courses|lessons|learning" + "|admin|status|assets)(/.*)?)?");

    @Test
    void everyRouteIsInTheDocumentAndNothingElseIs() {
        try (var academy = RunningAcademy.start()) {
            var routes = academy.accessByRoute().keySet().stream()
                    .filter(route -> !PAGES.matcher(route).matches())
                    .toList();
            assertEquals(new TreeSet<>(routes), new TreeSet<>(ApiDocument.SHARED.operations()));
        }
    }

    @Test
    void theDocumentAndItsPageAreServed() {
        try (var academy = RunningAcademy.start()) {
            var document = academy.get("/openapi.json");
            assertEquals("3.1.0", RunningAcademy.json(document).get("openapi").asText());
            var page = academy.get("/docs");
            assertEquals(200, page.statusCode());
            for (var asset : List.of("swagger-ui.css", "swagger-ui-bundle.js", "start.js")) {
                assertTrue(page.body().contains(asset) || asset.equals("start.js"));
                assertEquals(200, academy.get("/docs/" + asset).statusCode(), asset);
            }
            assertEquals(404, academy.get("/docs/swagger-ui.js").statusCode());
        }
    }

    /** Proves that the check which all other tests rely on can fail. */
    @Test
    void anAnswerThatDoesNotFitIsNoticed() {
        ApiDocument.SHARED.check(new Answer("/health", 200, "application/json", "{\"status\":\"ok\"}"));
        for (var wrong : List.of(
                new Answer("/health", 200, "application/json", "{\"status\":\"bad\"}"),
                new Answer("/health", 200, "application/json", "{\"status\":\"ok\",\"more\":1}"),
                new Answer("/health", 201, "application/json", "{\"status\":\"ok\"}"),
                new Answer("/health", 200, "text/html", "ok"),
                new Answer("/health", 500, "application/problem+json", "{\"status\":500}"),
                new Answer("/nowhere", 200, "application/json", "{}"))) {
            assertThrows(AssertionError.class, () -> ApiDocument.SHARED.check(wrong), wrong.toString());
        }
    }

    private record Answer(String path, int statusCode, String type, String body) implements HttpResponse<String> {
        @Override
        public HttpRequest request() {
            return HttpRequest.newBuilder(URI.create("http://127.0.0.1" + path)).build();
        }

        @Override
        public Optional<HttpResponse<String>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            return HttpHeaders.of(Map.of("Content-Type", List.of(type)), (_, _) -> true);
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request().uri();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }
}
