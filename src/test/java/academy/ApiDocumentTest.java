package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** The OpenAPI document: what it lists, and the check of answers against it. */
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
    void everyOperationSaysWhatItDoesAndWhatItGives() {
        try (var app = RunningAcademy.start()) {
            var document = app.apiDocument();
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
            var document = app.apiDocument().document;
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
        Document document;
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

    /** The OpenAPI document that web serves. Every response that {@link RunningAcademy} receives is checked against it. */
    static final class Document {
        private static final ObjectMapper JSON = new ObjectMapper();

        private final JsonNode document;
        private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

        private Document(JsonNode document) {
            this.document = document;
        }

        static Document parse(String text) {
            try {
                return new Document(JSON.readTree(text));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** All operations, as "GET /health". */
        List<String> operations() {
            var operations = new ArrayList<String>();
            for (var path : document.get("paths").properties()) {
                for (var method : path.getValue().properties()) {
                    operations.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                }
            }
            return operations;
        }

        /** @param name as "GET /health" */
        JsonNode operation(String name) {
            var parts = name.split(" ");
            return document.get("paths").get(parts[1]).get(parts[0].toLowerCase(Locale.ROOT));
        }

        /** @throws AssertionError when the document does not describe this response */
        void check(HttpResponse<String> answer) {
            var request = answer.request();
            if (request.method().equals("HEAD")) return; // it has no body
            var type = answer.headers().firstValue("Content-Type").orElse("").split(";")[0];
            var operation = operation(
                    request.method().toLowerCase(Locale.ROOT), request.uri().getRawPath());
            var what = "%s %s answered %d"
                    .formatted(request.method(), request.uri().getPath(), answer.statusCode());
            if (answer.statusCode() >= 400 && type.equals("application/problem+json")) {
                validate("#/components/schemas/Problem", answer.body(), what);
                return;
            }
            if (operation.isEmpty() && (type.equals("text/html") || answer.statusCode() == 303)) return; // a page
            if (operation.isEmpty()) throw new AssertionError(what + ", which no path of the document tells of");
            var response = operation.get().at("/responses/" + answer.statusCode());
            if (response.isMissingNode()) throw new AssertionError(what + ", which the document does not tell of");
            var content = response.get("content");
            if (content == null) return;
            var media = content.get(type);
            if (media == null)
                throw new AssertionError(what + " with " + type + ", which the document does not tell of");
            var reference = media.at("/schema/$ref").asText();
            if (type.equals("application/json") && !reference.isEmpty()) validate(reference, answer.body(), what);
        }

        private Optional<JsonNode> operation(String method, String path) {
            for (var template : document.get("paths").properties()) {
                var pattern = template.getKey().replaceAll("\\{\\w+}", "[^/]+");
                if (path.matches(pattern) && template.getValue().has(method)) {
                    return Optional.of(template.getValue().get(method));
                }
            }
            return Optional.empty();
        }

        private void validate(String reference, String body, String what) {
            try {
                var errors = schemas.computeIfAbsent(reference, this::schema).validate(JSON.readTree(body));
                if (!errors.isEmpty()) throw new AssertionError(what + ": " + errors + " in " + body);
            } catch (IOException e) {
                throw new AssertionError(what + " with malformed JSON: " + body, e);
            }
        }

        private Schema schema(String reference) {
            ObjectNode schema = JSON.createObjectNode();
            schema.put("$ref", reference);
            schema.set("components", document.get("components"));
            return registry.getSchema(schema);
        }
    }
}
