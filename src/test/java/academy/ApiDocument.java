package academy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

/** The OpenAPI document that web serves. Every response that {@link RunningAcademy} receives is checked against it. */
final class ApiDocument {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode document;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private ApiDocument(JsonNode document) {
        this.document = document;
    }

    static ApiDocument parse(String text) {
        try {
            return new ApiDocument(JSON.readTree(text));
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

    /** @throws AssertionError when the document does not describe this response */
    void check(HttpResponse<String> answer) {
        var request = answer.request();
        if (request.method().equals("HEAD")) return; // OddRequestsTest compares HEAD with GET
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
        ObjectNode schema = JSON.createObjectNode();
        schema.put("$ref", reference);
        schema.set("components", document.get("components"));
        return registry.getSchema(schema);
    }
}
