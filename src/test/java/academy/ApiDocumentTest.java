package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.testing.ApiDocument;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** The OpenAPI document: what it lists, and the check of answers against it. */
class ApiDocumentTest {
    @Test
    void everyRouteOfTheApiIsInTheDocumentAndNothingElseIs() {
        try (var app = RunningAcademy.start()) {
            var routes = new TreeSet<>(app.accessByRoute().keySet());
            var documented = new TreeSet<>(ApiDocument.of(app.anyone()).operations());
            assertEquals(
                    new TreeSet<>(),
                    documented.stream().filter(each -> !routes.contains(each)).collect(Collectors.toSet()));
            routes.removeIf(route -> !route.contains(" /api/"));
            routes.removeAll(documented);
            assertEquals(new TreeSet<>(), routes);
        }
    }

    @Test
    void everyOperationSaysWhatItDoesAndWhatItGives() {
        try (var app = RunningAcademy.start()) {
            var document = ApiDocument.of(app.anyone());
            for (var name : document.operations()) {
                var operation = document.operation(name);
                assertFalse(operation.get("summary").asText().isEmpty(), name);
                var statuses = new ArrayList<String>();
                operation.get("responses").fieldNames().forEachRemaining(statuses::add);
                assertTrue(statuses.stream().anyMatch(each -> each.matches("[23]..")), name);
                assertTrue(statuses.contains("default"), name);
            }
        }
    }

    @Test
    void recordsAreDescribedAsTheyAreValidatedAndWritten() {
        try (var app = RunningAcademy.start()) {
            var document = ApiDocument.of(app.anyone());
            var signUp = document.at("/components/schemas/SignUp");
            assertEquals("email", signUp.at("/properties/email/format").asText());
            assertEquals(254, signUp.at("/properties/email/maxLength").asInt());
            assertEquals(12, signUp.at("/properties/password/minLength").asInt());
            assertEquals("string", signUp.at("/properties/password/type").asText());
            assertEquals(
                    "[\"email\",\"password\",\"name\"]", signUp.get("required").toString());
            assertFalse(signUp.get("additionalProperties").asBoolean());
            var account = document.at("/components/schemas/Account");
            assertEquals(
                    "[\"string\",\"null\"]",
                    account.at("/properties/timeZone/type").toString());
            assertEquals(
                    "[\"learner\",\"admin\"]",
                    account.at("/properties/role/enum").toString());
            assertEquals("date-time", account.at("/properties/createdAt/format").asText());
            assertTrue(account.at("/properties/sessionGeneration").isMissingNode());
            assertTrue(account.get("required").toString().contains("timeZone"));
            var change = document.at("/components/schemas/ProfileChange");
            assertEquals(200, change.at("/properties/name/maxLength").asInt());
            assertTrue(change.path("required").isMissingNode());
            var me = document.at("/paths/~1api~1me/patch");
            assertTrue(me.get("parameters").toString().contains("IdempotencyKey"));
            assertEquals("[{\"session\":[]}]", me.get("security").toString());
            // for courses
            var slice = document.at("/components/schemas/CourseSlice/properties");
            assertEquals(
                    "#/components/schemas/Course", slice.at("/items/items/$ref").asText());
            assertEquals("[\"string\",\"null\"]", slice.at("/next/type").toString());
            var course = document.at("/components/schemas/CourseWithLessons");
            assertTrue(course.get("required").toString().contains("\"slug\""));
            assertEquals(
                    "[{\"session\":[\"admin\"]}]",
                    document.at("/paths/~1api~1courses/post/security").toString());
            // end
        }
    }

    @Test
    void theDocumentAndItsPageAreServed() {
        try (var app = RunningAcademy.start()) {
            assertEquals("3.1.0", app.get("/openapi.json").text("/openapi"));
            var page = app.get("/docs").is(200).body();
            for (var asset : List.of("swagger-ui.css", "swagger-ui-bundle.js", "start.js")) {
                assertTrue(page.contains(asset), page);
                app.get("/docs/" + asset).is(200);
            }
            app.get("/docs/swagger-ui.js").is(404);
        }
    }

    /** Proves that the check which all other tests rely on can fail. */
    @Test
    void anAnswerThatDoesNotFitIsNoticed() {
        ApiDocument document;
        try (var app = RunningAcademy.start()) {
            document = ApiDocument.of(app.anyone());
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
