package promises;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Random parts of requests, from an OpenAPI document: often right, often wrong in one place, at times nonsense. */
final class Generated {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NASTY = List.of(
            "",
            " ",
            "0",
            "-1",
            "null",
            "true",
            "'; DROP TABLE accounts; --",
            "<script>alert(1)</script>",
            "../../etc/passwd",
            "%00",
            "\u0000",
            "\ud83d\ude00",
            "\u202e",
            "a".repeat(5000),
            "9".repeat(400),
            "1e400",
            "{{7*7}}",
            "${jndi:ldap://x}",
            "\"",
            "\\",
            "é".repeat(300),
            "2024-02-30T25:61:61Z",
            "Europe/Nowhere",
            "%",
            "%zz",
            "a&b=c",
            "\r\nX-Injected: 1",
            "(",
            "a:*",
            "& | !",
            "\"unclosed",
            "OR",
            "-");

    private static final List<String> TYPES = List.of(
            "text/plain",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=x",
            "multipart/mixed; boundary=\"x",
            "x",
            "application/xml",
            "application/json; charset='utf-8'",
            "application/json; charset=UTF8MB4",
            "application/json; charset=",
            "application/json; charset=utf-16",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=",
            "application/x-www-form-urlencoded; charset=x-none",
            ";",
            "application/json;;");
    private static final List<String> FORWARDED = List.of(
            "203.0.113.9",
            "::ffff:203.0.113.12",
            "203.0.113.9:50001",
            "[2001:db8::1]:443",
            "2001:db8::1",
            "unknown",
            "fe80::1%eth0",
            "1.2.3.4, ::ffff:1.2.3.4",
            ",",
            "'",
            "999.1.1.1");
    private static final List<String> ORIGINS =
            List.of("null", "https://evil.example", "http://[", "://", "http://a b", "https://example.com:443", "");
    private static final List<String> ODD_NAMES = List.of(
            "Accept-Encoding",
            "Accept-Language",
            "If-None-Match",
            "If-Modified-Since",
            "Expect-CT",
            "Forwarded",
            "traceparent",
            "Content-Encoding",
            "Content-Language",
            "X-Forwarded-Proto",
            "Repr-Digest",
            "Authorization");
    private static final List<String> ODD_VALUES = List.of(
            "",
            ";",
            "\"",
            "gzip;q=x",
            "W/\"",
            "Thu, 99 Xyz",
            "Bearer",
            "Basic %%%",
            "sha-256=:x:",
            "00-0-0-0",
            "*",
            "=",
            "x".repeat(3000));
    private static final String FIELD = "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n";
    private static final List<String> FORMS = List.of(
            "",
            "&",
            "=",
            "email=%",
            "email=%ff",
            "email=a&email=b&",
            "--x",
            "--x--",
            "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na\r\n",
            "--x\r\nContent-Disposition: form-data; name=email; filename=f\r\n\r\na\r\n--x--\r\n",
            "{}");

    private final Random random;
    private final JsonNode document;
    private final List<String> known;
    private final List<String> cookies;
    private int made;

    /**
     * @param known ids that exist
     * @param cookies the cookies of the callers; an empty one is a guest's
     */
    Generated(long seed, JsonNode document, List<String> known, List<String> cookies) {
        this.random = new Random(seed);
        this.document = document;
        this.known = known;
        this.cookies = cookies;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    private boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    String method(String declared) {
        if (declared.equals("GET") && oneIn(10)) return "HEAD";
        return oneIn(30)
                ? any(List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO"))
                : declared;
    }

    String path(String template, JsonNode operation) {
        var path = new StringBuilder();
        for (var part : template.substring(1).split("/")) {
            path.append('/').append(part.startsWith("{") ? encoded(id()) : part);
        }
        var separator = '?';
        for (var each : operation.path("parameters")) {
            var parameter = resolved(each);
            if (!parameter.path("in").asText().equals("query") || oneIn(3)) continue;
            path.append(separator).append(parameter.get("name").asText()).append('=');
            path.append(encoded(text(parameter.path("schema"))));
            separator = '&';
        }
        return path.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String id() {
        return switch (random.nextInt(6)) {
            case 0 -> UUID.randomUUID().toString();
            case 1 -> any(NASTY).isEmpty() ? "x" : any(NASTY.subList(1, NASTY.size()));
            default -> any(known);
        };
    }

    private String text(JsonNode schema) {
        if (oneIn(3)) return any(NASTY);
        var value = value(resolved(schema), 0);
        return value.isTextual() ? value.asText() : value.toString();
    }

    Map<String, String> headers() {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", oneIn(10) ? any(TYPES) : "application/json");
        if (oneIn(10)) headers.put("X-Forwarded-For", any(FORWARDED));
        if (oneIn(30)) headers.put("Origin", any(ORIGINS));
        if (oneIn(30)) headers.put(any(ODD_NAMES), any(ODD_VALUES));
        var cookie = any(cookies);
        if (!cookie.isEmpty()) headers.put("Cookie", oneIn(20) ? cookie + "x" : cookie);
        if (oneIn(10)) headers.put("Idempotency-Key", oneIn(2) ? "same" : "k".repeat(1 + random.nextInt(300)));
        if (oneIn(20)) headers.put("X-Request-Id", any(List.of("abc", "a b", "x".repeat(1000), "<>")));
        if (oneIn(20)) headers.put("Accept", any(List.of("*/*", "text/html", "nonsense")));
        if (oneIn(40)) headers.put("Sec-Fetch-Site", any(List.of("cross-site", "same-origin", "nonsense")));
        if (oneIn(40)) headers.put("Range", any(List.of("bytes=0-1", "bytes=-5", "bytes=9-1", "bytes=a", "x=1", "")));
        return headers;
    }

    /** Headers for a form, as browsers send them and as none should. */
    Map<String, String> formHeaders() {
        var headers = headers();
        headers.put("Content-Type", oneIn(2) ? "application/x-www-form-urlencoded" : any(TYPES));
        headers.put("Accept", oneIn(4) ? "*/*" : "text/html");
        return headers;
    }

    String form() {
        if (oneIn(20)) return FIELD + "a".repeat(2_000_000) + "\r\n--x--\r\n";
        return switch (random.nextInt(6)) {
            case 0 -> any(FORMS);
            case 1 -> any(FORMS).repeat(1 + random.nextInt(300));
            default ->
                "email=%s&password=%s&name=%s&next=%s&title=%s"
                        .formatted(
                                encoded(any(NASTY)), encoded(any(NASTY)), encoded(any(NASTY)), any(NASTY), any(NASTY));
        };
    }

    /** At times an odd query for the end of a path, valid or broken; otherwise empty. */
    String oddQuery() {
        return oneIn(25)
                ? any(List.of("?q=100%25", "?q=%F0%9F%98%80", "?limit=%00", "?q=%ff", "?%c3", "?a&b&&=", "?cursor=%7F"))
                : "";
    }

    /** A body for the operation. When it takes none, mostly null. */
    String body(JsonNode operation) {
        var content = operation.path("requestBody").path("content");
        if (content.isMissingNode()) return oneIn(20) ? "{}" : null;
        var schema = content.path("application/json").path("schema");
        if (oneIn(25))
            return any(List.of("", "{", "[]", "null", "\"x\"", "[".repeat(20_000), "{\"a\":".repeat(5000), "\ufeff{}"));
        var value = value(resolved(schema), 0);
        if (value instanceof ObjectNode object && oneIn(3)) spoil(object);
        return value.toString();
    }

    private void spoil(ObjectNode object) {
        var names = new ArrayList<String>();
        object.fieldNames().forEachRemaining(names::add);
        var name = names.isEmpty() || oneIn(4) ? "unknown" : any(names);
        switch (random.nextInt(6)) {
            case 0 -> object.remove(name);
            case 1 -> object.putNull(name);
            case 2 -> object.put(name, random.nextLong());
            case 3 -> object.putArray(name).add(object.deepCopy());
            case 4 -> object.putObject(name).put("a", 1);
            default -> object.put(name, any(NASTY));
        }
    }

    private JsonNode value(JsonNode schema, int depth) {
        var factory = JsonNodeFactory.instance;
        if (schema.has("enum"))
            return any(JSON.convertValue(
                    schema.get("enum"), JSON.getTypeFactory().constructCollectionType(List.class, JsonNode.class)));
        var type = schema.path("type").isArray()
                ? schema.get("type").get(0).asText()
                : schema.path("type").asText();
        return switch (type) {
            case "object" -> object(schema, depth);
            case "array" -> factory.arrayNode().add(value(resolved(schema.path("items")), depth + 1));
            case "integer", "number" ->
                factory.numberNode(schema.path("minimum").asInt(0) + random.nextInt(50));
            case "boolean" -> factory.booleanNode(random.nextBoolean());
            default -> factory.textNode(string(schema));
        };
    }

    private ObjectNode object(JsonNode schema, int depth) {
        var object = JsonNodeFactory.instance.objectNode();
        if (depth > 4) return object;
        schema.path("properties").properties().forEach(property -> {
            if (!oneIn(6)) object.set(property.getKey(), value(resolved(property.getValue()), depth + 1));
        });
        return object;
    }

    private String string(JsonNode schema) {
        return switch (schema.path("format").asText()) {
            case "email" -> oneIn(2) ? "learner@example.com" : "g" + random.nextInt(1_000_000) + "@example.com";
            case "uuid" -> any(known);
            case "uri" -> "https://example.com/" + made++;
            default -> oneIn(3) ? any(NASTY) : "correct horse " + random.nextInt(1000);
        };
    }

    private JsonNode resolved(JsonNode node) {
        for (var i = 0; i < 5 && node.has("$ref"); i++)
            node = document.at(node.get("$ref").asText().substring(1));
        return node;
    }
}
