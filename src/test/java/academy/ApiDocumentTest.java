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
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

class ApiDocumentTest {
    @Test
    void everyRouteOfTheApiIsInTheDocumentAndNothingElseIs() {
        try (var app = RunningAcademy.start()) {
            var routes = new TreeSet<>(app.accessByRoute().keySet());
            var documented = new TreeSet<>(app.apiDocument().operations());
            assertEquals(
                    new TreeSet<>(),
                    documented.stream().filter(each -> !routes.contains(each)).collect(Collectors.toSet()));
            routes.removeIf(route -> !route.contains(" /api/"));
            routes.removeAll(documented);
            assertEquals(new TreeSet<>(), routes);
        }
    }

    @Test
    void theDocumentAndItsPageAreServed() {
        try (var app = RunningAcademy.start()) {
            var document = app.get("/openapi.json");
            assertEquals("3.1.0", RunningAcademy.json(document).get("openapi").asText());
            var page = app.get("/docs");
            assertEquals(200, page.statusCode());
            for (var asset : List.of("swagger-ui.css", "swagger-ui-bundle.js", "start.js")) {
                assertTrue(page.body().contains(asset) || asset.equals("start.js"));
                assertEquals(200, app.get("/docs/" + asset).statusCode(), asset);
            }
            assertEquals(404, app.get("/docs/swagger-ui.js").statusCode());
        }
    }

    /** Proves that the check which all other tests rely on can fail. */
    @Test
    void anAnswerThatDoesNotFitIsNoticed() {
        ApiDocument document;
        try (var app = RunningAcademy.start()) {
            document = app.apiDocument();
        }
        var checked = document;
        document.check(new Answer("/health", 200, "application/json", "{\"status\":\"ok\"}"));
        for (var wrong : List.of(
                new Answer("/health", 200, "application/json", "{\"status\":\"bad\"}"),
                new Answer("/health", 200, "application/json", "{\"status\":\"ok\",\"more\":1}"),
                new Answer("/health", 201, "application/json", "{\"status\":\"ok\"}"),
                new Answer("/health", 200, "text/html", "ok"),
                new Answer("/health", 500, "application/problem+json", "{\"status\":500}"),
                new Answer("/nowhere", 200, "application/json", "{}"))) {
            assertThrows(AssertionError.class, () -> checked.check(wrong), wrong.toString());
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
