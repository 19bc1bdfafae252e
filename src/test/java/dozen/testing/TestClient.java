package dozen.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dozen.http.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Sends requests with the headers of one caller. Whatever a test is about, every answer must be as the API document says.
 * A body is a text, or an object that becomes JSON.
 */
public record TestClient(HttpClient http, String url, Map<String, String> headers) {
    /** The answer to a request. Its values are found by JSON pointers, such as "/items/0/id". */
    public record Answer(HttpResponse<String> response) {
        /** @throws AssertionError when the status is another one */
        public Answer is(int status) {
            assertEquals(status, status(), () -> response.request() + " " + body());
            return this;
        }

        public int status() {
            return response.statusCode();
        }

        public String body() {
            return response.body();
        }

        /** Empty when there is no such header. */
        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The cookie that the answer sets, as a browser sends it back. */
        public String cookie() {
            return header("Set-Cookie").split(";")[0];
        }

        public JsonNode at(String pointer) {
            try {
                return Json.MAPPER.readTree(body()).at(pointer);
            } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON: " + body(), e);
            }
        }

        public String text(String pointer) {
            return at(pointer).asText();
        }
    }

    /** The same caller with one more header. */
    public TestClient with(String header, String value) {
        var all = new HashMap<>(headers);
        all.put(header, value);
        return new TestClient(http, url, all);
    }

    public Answer get(String path) {
        return send(request(path));
    }

    public Answer post(String path, Object body) {
        return write("POST", path, body);
    }

    public Answer post(String path) {
        return post(path, "");
    }

    public Answer put(String path, Object body) {
        return write("PUT", path, body);
    }

    public Answer put(String path) {
        return put(path, "");
    }

    public Answer patch(String path, Object body) {
        return write("PATCH", path, body);
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    public Answer write(String method, String path, Object body) {
        return write(
                method,
                path,
                "application/json",
                body instanceof String text ? text : tree(body).toString());
    }

    /** Posts a form. Its fields are encoded, unless they are a text. */
    public Answer form(String path, Object fields) {
        var form = fields instanceof String text
                ? text
                : tree(fields).properties().stream()
                        .map(field ->
                                field.getKey() + "=" + encoded(field.getValue().asText()))
                        .collect(Collectors.joining("&"));
        return write("POST", path, "application/x-www-form-urlencoded", form);
    }

    private static JsonNode tree(Object body) {
        return Json.MAPPER.valueToTree(body);
    }

    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Answer write(String method, String path, String type, String body) {
        var request = request(path).method(method, BodyPublishers.ofString(body));
        if (!headers.containsKey("Content-Type")) request.header("Content-Type", type);
        return send(request);
    }

    /** A request with this caller's headers, to be completed and sent. */
    public HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(20));
        headers.forEach(request::header);
        return request;
    }

    public Answer send(HttpRequest.Builder request) {
        var answer = new Answer(unchecked(request.build()));
        ApiDocument.of(this).check(answer.response());
        return answer;
    }

    HttpResponse<String> unchecked(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
