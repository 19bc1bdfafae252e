package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.TestServices;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Factor XI: events go to stdout, one per line, and nothing goes to the disk. */
class LogsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TestServices services = TestServices.shared();

    private static List<JsonNode> parsed(App app) throws Exception {
        var events = new ArrayList<JsonNode>();
        for (var line : app.out()) events.add(JSON.readTree(line));
        return events;
    }

    @Test
    void everyLineIsJsonWithItsContextAndNoFileIsWritten(@TempDir Path folder) throws Exception {
        var settings = services.settings(services.newEmptyDatabase());
        settings.put("LOG_FORMAT", "json");
        settings.put("RELEASE_VERSION", "v42");
        settings.put("HOME", folder.toString());
        var java = List.of(
                "-Djava.io.tmpdir=" + folder,
                "-XX:-UsePerfData",
                "-jar",
                Path.of("target/app.jar").toAbsolutePath().toString());
        var events = new ArrayList<JsonNode>();
        try (var release = App.start(settings, java, "release")) {
            assertEquals(0, release.exitCode());
            var lines = parsed(release);
            assertTrue(lines.stream()
                    .allMatch(line -> line.get("processType").asText().equals("release")));
            events.addAll(lines);
        }
        try (var web = App.start(settings, java, "web");
                var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/api/courses?q=x".formatted(web.port())))
                    .header("X-Request-Id", "from-outside")
                    .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            assertEquals(
                    200,
                    client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode());
            web.terminate();
            web.exitCode();
            assertEquals(List.of(), web.err());
            events.addAll(parsed(web));
        }
        for (var event : events) {
            for (var field : List.of("time", "level", "logger", "message", "processType", "release")) {
                assertTrue(event.has(field), field + " is missing: " + event);
            }
            assertEquals("v42", event.get("release").asText());
            assertTrue(event.get("time").asText().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z"));
        }
        for (var library : List.of("org.eclipse.jetty", "com.zaxxer.hikari", "org.flywaydb")) {
            assertTrue(
                    events.stream()
                            .anyMatch(event -> event.get("logger").asText().startsWith(library)),
                    library);
        }
        var access = events.stream()
                .filter(event -> event.get("message").asText().equals("request"))
                .toList();
        assertEquals(1, access.size());
        assertEquals("from-outside", access.getFirst().get("requestId").asText());
        assertEquals(
                "0af7651916cd43dd8448eb211c80319c",
                access.getFirst().get("traceId").asText());
        assertEquals("/api/courses", access.getFirst().get("path").asText());
        assertEquals(200, access.getFirst().get("status").asInt());
        try (var files = Files.walk(folder)) {
            assertEquals(List.of(folder), files.toList());
        }
    }

    @Test
    void theKitsOwnLinesInARequestCarryItsId() throws Exception {
        var settings = services.settings(services.newEmptyDatabase()); // without a schema every query fails
        settings.put("LOG_FORMAT", "json");
        try (var web = App.start(settings, "web");
                var client = HttpClient.newHttpClient()) {
            assertEquals(500, web.get(client, "/api/courses").statusCode());
            web.terminate();
            web.exitCode();
            var errors = parsed(web).stream()
                    .filter(event -> event.get("level").asText().equals("ERROR"))
                    .toList();
            assertEquals(1, errors.size());
            assertTrue(errors.getFirst().get("requestId").asText().matches("[0-9a-f]{32}"));
            assertTrue(errors.getFirst().get("stack").asText().contains("courses"));
        }
    }

    @Test
    void aPathCantForgeALine() throws Exception {
        for (var format : List.of("text", "json")) {
            var settings = services.settings(services.newDatabase());
            settings.put("LOG_FORMAT", format);
            try (var web = App.start(settings, "web");
                    var client = HttpClient.newHttpClient()) {
                web.get(client, "/x%0a2026-01-01T00:00:00.000Z%20INFO%20forged");
                web.get(client, "/x%0d%0aforged");
                for (var odd : List.of("%C2%85", "%C2%9B2J", "%E2%80%A8", "%E2%80%A9", "%E2%80%AE")) {
                    web.get(client, "/x" + odd + "forged");
                }
                web.terminate();
                web.exitCode();
                assertTrue(
                        web.out().stream().noneMatch(line -> line.startsWith("2026-01-01") || line.equals("forged")));
                var odd = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
                assertEquals(
                        List.of(), web.out().stream().filter(odd.asPredicate()).toList());
            }
        }
    }

    @Test
    void textGoesToStdoutAsWell() throws Exception {
        try (var release = App.start(services.settings(services.newEmptyDatabase()), "release")) {
            assertEquals(0, release.exitCode());
            assertEquals(List.of(), release.err());
            assertTrue(release.out().stream().allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ INFO .*")));
            assertFalse(release.out().isEmpty());
        }
    }
}
