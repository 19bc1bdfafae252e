package dozen.apidocs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.domain.Slice;
import dozen.http.Access;
import dozen.http.Json;
import dozen.http.Operation;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the OpenAPI document of what the routes tell of themselves. */
final class Document {
    /** The body of every error (RFC 9457). */
    @JsonTypeName("Problem")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Problem(
            String type,
            String title,
            int status,
            String detail,
            @Nullable String requestId,
            @Nullable List<Fault> errors) {}

    @JsonTypeName("FieldError")
    private record Fault(String field, String message) {}

    /** The parts of the document that are the same for all routes. Over https, the cookie is called __Host-session. */
    private static final String FRAME = """
            {
              "openapi": "3.1.0",
              "info": {
                "version": "1",
                "description": "Errors are application/problem+json (RFC 9457). Lists take limit and cursor. Writes with the session's cookie must come from the same origin."
              },
              "paths": {},
              "components": {
                "parameters": {
                  "Limit": {
                    "name": "limit",
                    "in": "query",
                    "schema": { "type": "integer", "minimum": 1, "maximum": %d, "default": %d }
                  },
                  "Cursor": {
                    "name": "cursor",
                    "in": "query",
                    "description": "What the slice before has as next; it is null in the last one.",
                    "schema": { "type": "string" }
                  },
                  "IdempotencyKey": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": "The same key and request get the same answer for 24 hours.",
                    "schema": { "type": "string", "minLength": 1, "maxLength": 255 }
                  }
                },
                "responses": {
                  "Problem": {
                    "description": "An error",
                    "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
                  }
                },
                "securitySchemes": { "session": { "type": "apiKey", "in": "cookie", "name": "session" } }
              }
            }
            """.formatted(Slice.Request.MAX_LIMIT, Slice.Request.DEFAULT_LIMIT);

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{(\\w+)}");

    private final Schemas schemas = new Schemas();
    private final ObjectNode document;
    /** The steps that need the schemas of all records, and therefore run last. */
    private final List<Runnable> pending = new ArrayList<>();

    private Document() throws JsonProcessingException {
        document = (ObjectNode) Json.MAPPER.readTree(FRAME);
    }

    /** @param docs the address of the page that shows the document */
    static byte[] of(String title, String docs, List<Operation> operations) throws JsonProcessingException {
        var made = new Document();
        made.document.withObjectProperty("info").put("title", title);
        made.document.putObject("externalDocs").put("url", docs);
        operations.stream().filter(Document::tells).forEach(made::add);
        made.schemas.reference(List.of(Problem.class));
        made.document.withObjectProperty("components").set("schemas", made.schemas.complete());
        made.pending.forEach(Runnable::run);
        return Json.MAPPER.writeValueAsBytes(made.document);
    }

    private void add(Operation operation) {
        var method = operation.method.toLowerCase(Locale.ROOT);
        var node = document.withObjectProperty("paths")
                .withObjectProperty(operation.path)
                .putObject(method)
                .put("summary", operation.summary());
        node.putArray("tags").add(tag(operation.path));
        parameters(operation, node);
        for (var content : operation.bodies) {
            content(node.withObjectProperty("requestBody").put("required", true), content);
        }
        var answers = node.putObject("responses");
        operation.answers.forEach((status, contents) -> {
            var answer = answers.putObject(String.valueOf(status));
            answer.put("description", HttpStatus.forStatus(status).getMessage());
            for (var content : contents) content(answer, content);
        });
        answers.putObject("default").put("$ref", "#/components/responses/Problem");
        operation.addedFields.forEach((record, fields) -> fields.forEach((field, type) -> {
            addField(schemas.reference(List.of(record)), field, schemas.reference(List.of(type)));
        }));
        if (operation.access == Access.PUBLIC) return;
        var roles = node.putArray("security").addObject().putArray("session");
        if (operation.access == Access.ADMIN) roles.add("admin");
    }

    /** Whether the document has the route: one of the API, or one that describes itself. */
    private static boolean tells(Operation operation) {
        return operation.path.startsWith("/api/") || !operation.summary().isEmpty();
    }

    private static boolean isList(Operation operation) {
        return operation.answers.values().stream()
                .flatMap(List::stream)
                .anyMatch(each -> each.types().contains(Slice.class));
    }

    /** The first part of the path below {@code /api}. */
    private static String tag(String path) {
        return path.startsWith("/api/") ? path.split("/")[2] : "operations";
    }

    private static void parameters(Operation operation, ObjectNode node) {
        var inPath = PATH_PARAMETER.matcher(operation.path);
        while (inPath.find()) {
            var name = inPath.group(1);
            var schema = parameter(node, "path", name).put("required", true).putObject("schema");
            schema.put("type", "string");
            if (name.equals("id")) schema.put("format", "uuid");
        }
        for (var each : operation.parameters) {
            var parameter = parameter(node, each.in(), each.name()).put("description", each.description());
            parameter.putObject("schema").put("type", "string");
        }
        if (isList(operation)) {
            node.withArrayProperty("parameters").addObject().put("$ref", "#/components/parameters/Limit");
            node.withArrayProperty("parameters").addObject().put("$ref", "#/components/parameters/Cursor");
        }
        if (operation.isRepeatable) {
            node.withArrayProperty("parameters").addObject().put("$ref", "#/components/parameters/IdempotencyKey");
        }
    }

    private static ObjectNode parameter(ObjectNode operation, String in, String name) {
        return operation
                .withArrayProperty("parameters")
                .addObject()
                .put("name", name)
                .put("in", in);
    }

    private void content(ObjectNode body, Operation.Content content) {
        var media = body.withObjectProperty("content").putObject(content.mediaType());
        if (content.types().isEmpty()) return;
        var reference = schemas.reference(content.types());
        media.set("schema", reference);
        if (content.partial()) pending.add(() -> media.putObject("schema").put("$ref", change(reference)));
    }

    /** A schema of the record in which no field is required. */
    private String change(ObjectNode record) {
        var name = record.get("$ref").asText() + "Change";
        ObjectNode partial = schema(record).deepCopy();
        partial.remove("required");
        document.withObject("/components/schemas").set(name.substring(name.lastIndexOf('/') + 1), partial);
        return name;
    }

    private void addField(ObjectNode record, String field, ObjectNode type) {
        pending.add(() -> {
            var schema = schema(record);
            var either =
                    schema.withObjectProperty("properties").putObject(field).putArray("anyOf");
            either.addObject().put("type", "null");
            either.add(type);
            schema.withArrayProperty("required").add(field);
        });
    }

    private ObjectNode schema(ObjectNode reference) {
        return (ObjectNode) document.at(reference.get("$ref").asText().substring(1));
    }
}
