package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.Machine;
import dev.TestServices;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Factor III: settings come from the environment alone, all faults are told at once, and no secret is printed. */
class SettingsIT {
    private final TestServices services = TestServices.shared();

    @Test
    void missingSettingsAreAllToldAndTheExitCodeIs78() throws Exception {
        try (var app = App.start(Map.of(), "web")) {
            assertEquals(78, app.exitCode());
            assertEquals(List.of(), app.out());
            assertEquals(3, app.err().size());
            assertTrue(app.err().get(0).startsWith("academy: DATABASE_URL is required"));
            assertTrue(app.err().get(1).startsWith("academy: REDIS_URL is required"));
            assertTrue(app.err().get(2).startsWith("academy: SECRET_KEY is required"));
        }
    }

    @Test
    void badSettingsAreAllToldWithoutTheSecretOnes() throws Exception {
        var settings = Map.of(
                "PORT", "eighty",
                "DATABASE_URL", "postgres://u:canary-1@",
                "REDIS_URL", "canary-2",
                "SECRET_KEY", "canary-3",
                "METRICS_TOKEN", "canary-4",
                "LOG_LEVEL", "loud",
                "PUBLIC_URL", "example.com",
                "WEB_MAX_REQUESTS", "0");
        try (var app = App.start(settings, "web")) {
            assertEquals(78, app.exitCode());
            assertEquals(8, app.err().size(), app.err().toString());
            assertNoCanary(app);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void secretsStandInNoOutputOfARunningProcess(String format) throws Exception {
        var url = services.newDatabase().replace(":postgres@", ":canary-1@");
        var settings = services.settings(url);
        settings.put("SECRET_KEY", "canary-2 0123456789 abcdefghijklmnop");
        settings.put("METRICS_TOKEN", "canary-3-canary-3");
        settings.put("LOG_LEVEL", "trace");
        settings.put("LOG_FORMAT", format);
        for (var arguments : List.of(new String[] {"settings"}, new String[] {"release"})) {
            try (var app = App.start(settings, arguments)) {
                assertEquals(0, app.exitCode());
                assertNoCanary(app);
                if (arguments[0].equals("settings"))
                    assertTrue(app.out().getLast().contains("worker 7"));
            }
        }
        try (var app = App.start(settings, "web");
                var client = HttpClient.newHttpClient()) {
            assertEquals(200, app.get(client, "/health/ready").statusCode());
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(app.port())))
                    .header("Authorization", "Bearer canary-3-canary-3");
            var metrics = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, metrics.statusCode());
            app.terminate();
            app.exitCode();
            assertTrue(app.out().size() > 5);
            assertNoCanary(app);
        }
    }

    @Test
    void secretsStandInNoOutputWhenAConnectionFails() throws Exception {
        var base = services.settings(services.newDatabase());
        base.put("LOG_LEVEL", "trace");
        var cases = new ArrayList<Map<String, String>>();
        // An unknown user, an unknown database in both forms of its URL, and a password for a Redis that has none.
        var address = "127.0.0.1:" + services.postgres().port();
        cases.add(Map.of("DATABASE_URL", "postgres://nobody:canary-1@" + address + "/postgres"));
        cases.add(Map.of("DATABASE_URL", "postgres://postgres:canary-1@" + address + "/nothing"));
        cases.add(Map.of("DATABASE_URL", "jdbc:postgresql://" + address + "/nothing?user=postgres&password=canary-1"));
        cases.add(Map.of(
                "REDIS_URL", "redis://me:canary-2@127.0.0.1:" + services.redis().port()));
        for (var change : cases) {
            var settings = new HashMap<>(base);
            settings.putAll(change);
            try (var app = App.start(settings, "web")) {
                assertEquals(69, app.exitCode(), app.out().toString());
                assertEquals(1, app.err().size(), app.err().toString());
                assertNoCanary(app);
            }
        }
    }

    @Test
    void secretsOfMailAndFilesStandInNoOutputWhenTheirServersRefuseUs() throws Exception {
        var settings = services.settings(services.newDatabase());
        settings.putAll(services.s3().settings());
        settings.put("AWS_SECRET_ACCESS_KEY", "canary-5");
        settings.put("SMTP_URL", "smtp://me:canary-6@127.0.0.1:" + Machine.freePort());
        settings.put("LOG_LEVEL", "trace");
        try (var web = App.start(settings, "web");
                var worker = App.start(settings, "worker");
                var client = HttpClient.newHttpClient()) {
            var ready = web.get(client, "/health/ready").body();
            assertTrue(ready.contains("\"files\":{\"status\":\"away\""), ready);
            var signUp = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/accounts".formatted(web.port())))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("""
                            {"email": "a@example.com", "password": "correct horse battery", "name": "A"}"""));
            assertEquals(
                    201,
                    client.send(signUp.build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode());
            worker.awaitLine("outcome=failed");
            assertNoCanary(web);
            assertNoCanary(worker);
        }
    }

    @Test
    void aPasswordsHashThatTheHeapHasNoRoomForIsAFault() throws Exception {
        var settings = services.settings(services.newDatabase());
        settings.put("ARGON2_MEMORY_KIB", "262144");
        try (var app = App.start(settings, List.of("-Xmx256m", "-jar", App.JAR.toString()), "web")) {
            assertEquals(78, app.exitCode());
            assertTrue(app.err().getFirst().contains("ARGON2_MEMORY_KIB is more than half of the heap"));
        }
    }

    @Test
    void usageErrorsExitWith64() throws Exception {
        for (var arguments :
                List.of(new String[] {"nothing"}, new String[] {"task"}, new String[] {"task", "nothing"})) {
            try (var app = App.start(Map.of(), arguments)) {
                assertEquals(64, app.exitCode());
                assertTrue(app.err().getFirst().startsWith("usage:"));
                assertEquals(List.of(), app.out());
            }
        }
        try (var help = App.start(Map.of(), "help")) {
            assertEquals(0, help.exitCode());
            assertTrue(help.out().getFirst().startsWith("usage:"));
        }
    }

    private static void assertNoCanary(App app) {
        for (var line : app.out()) assertTrue(!line.contains("canary"), line);
        for (var line : app.err()) assertTrue(!line.contains("canary"), line);
    }
}
