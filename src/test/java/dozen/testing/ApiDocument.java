package dozen.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The OpenAPI document that web serves. Every response that a {@link TestClient} receives is checked against it. */
public final class ApiDocument {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static ApiDocument served;

    private final JsonNode document;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private ApiDocument(JsonNode document) {
        this.document = document;
    }

    /** The document is read once, because it is the same in all programs of a test run. */
    public static synchronized ApiDocument of(TestClient client) {
        try {
            var request = client.request("/openapi.json").build();
            if (served == null)
                served = new ApiDocument(JSON.readTree(client.unchecked(request).body()));
            return served;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonNode at(String pointer) {
        return document.at(pointer);
    }

    /** All operations, as "GET /health". */
    public List<String> operations() {
        var operations = new ArrayList<String>();
        for (var path : document.get("paths").properties()) {
            for (var method : path.getValue().properties()) {
                operations.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
            }
        }
        return operations;
    }

    /** @param name as "GET /health" */
    public JsonNode operation(String name) {
        var parts = name.split(" ");
        return document.get("paths").get(parts[1]).get(parts[0].toLowerCase(Locale.ROOT));
    }

    /** @throws AssertionError when the document does not describe this response */
    public void check(HttpResponse<String> answer) {
        var request = answer.request();
        if (request.method().equals("HEAD")) return; // it has no body
        var type = answer.headers().firstValue("Content-Type").orElse("").split(";")[0];
        var operation = operation(
                request.method().toLowerCase(Locale.ROOT), request.uri().getRawPath());
        var what = "%s %s answered %d".formatted(request.method(), request.uri().getPath(), answer.statusCode());
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
        if (media == null) throw new AssertionError(what + " with " + type + ", which the document does not tell of");
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
        var schema = JSON.createObjectNode().put("$ref", reference);
        schema.set("components", document.get("components"));
        return registry.getSchema(schema);
    }
}
