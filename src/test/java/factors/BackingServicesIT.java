package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.LocalPostgres;
import dev.TestServices;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Factor IV: what happens while an attached resource is away, and when it is back. */
@Execution(ExecutionMode.CONCURRENT) // they wait most of the time
class BackingServicesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SIGN_UP = """
            {"email": "a@example.com", "password": "correct horse battery", "name": "Somebody"}""";
    private static final String LOG_IN = """
            {"email": "a@example.com", "password": "correct horse battery"}""";

    private final TestServices services = TestServices.shared();
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void prepare() {
        App.prepare();
    }

    private HttpResponse<String> post(App app, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> me(App app, String cookie) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + "/api/me"))
                .header("Cookie", cookie)
                .timeout(Duration.ofSeconds(20));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body());
    }

    private static String cookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    @Test
    void withoutRedisReadsGoOnAndSessionsSayWhenToTryAgain() throws Exception {
        var redis = TestServices.startRedis("away", 0);
        var settings = services.settings(services.newDatabase());
        settings.put("REDIS_URL", redis.url());
        try (var app = App.start(settings, "web")) {
            var user = "/api/users/"
                    + json(post(app, "/api/accounts", SIGN_UP)).get("id").asText();
            var cookie = cookie(post(app, "/api/sessions", LOG_IN));
            assertEquals(200, app.get(client, user).statusCode());
            assertEquals(200, me(app, cookie).statusCode());
            redis.close();
            for (var i = 0; i < 5; i++)
                assertEquals("Somebody", json(app.get(client, user)).get("name").asText());
            for (var answer : new HttpResponse<?>[] {me(app, cookie), post(app, "/api/sessions", LOG_IN)}) {
                assertEquals(503, answer.statusCode());
                assertTrue(answer.headers().firstValue("Retry-After").isPresent());
            }
            var ready = app.get(client, "/health/ready");
            assertEquals(200, ready.statusCode());
            assertEquals("degraded", json(ready).get("status").asText());
            try (var back = TestServices.startRedis("away", redis.port())) {
                assertEquals(200, me(app, cookie).statusCode());
                assertEquals(
                        "ok",
                        json(app.get(client, "/health/ready")).get("status").asText());
                assertEquals(200, app.get(client, user).statusCode());
                assertEquals(1, countOf(app, "the cache is away"));
                assertEquals(1, countOf(app, "the cache is back"));
            }
        }
    }

    /**
     * The number of log lines with this text. It waits up to 5 s for the first one, because a thread of its own writes
     * the lines and may do so after the answer.
     */
    private static long countOf(App app, String text) throws InterruptedException {
        for (var tries = 0; tries < 100 && app.out().stream().noneMatch(line -> line.contains(text)); tries++) {
            Thread.sleep(50);
        }
        return app.out().stream().filter(line -> line.contains(text)).count();
    }

    @Test
    void withoutPostgresAnswersAre503AndAllIsWellAfterItsReturn() throws Exception {
        var postgres = TestServices.startPostgres("away-postgres", 0);
        postgres.execute("postgres", "DROP DATABASE IF EXISTS academy", "CREATE DATABASE academy");
        var settings = services.settings(postgres.url("academy"));
        migrate(settings);
        try (var app = App.start(settings, "web")) {
            assertEquals(200, app.get(client, "/api/courses").statusCode());
            postgres.close();
            for (var i = 0; i < 3; i++) {
                var start = System.nanoTime();
                var answer = app.get(client, "/api/courses");
                assertTrue(System.nanoTime() - start < 10_000_000_000L);
                assertEquals(503, answer.statusCode(), answer.body());
                assertEquals(
                        "application/problem+json",
                        answer.headers().firstValue("Content-Type").orElseThrow());
                assertTrue(answer.headers().firstValue("Retry-After").isPresent());
            }
            assertEquals(503, app.get(client, "/health/ready").statusCode());
            assertEquals(200, app.get(client, "/health").statusCode());
            try (var back = TestServices.startPostgres("away-postgres", postgres.port())) {
                var returned = System.nanoTime();
                while (app.get(client, "/api/courses").statusCode() != 200) Thread.sleep(100);
                assertTrue(System.nanoTime() - returned < 10_000_000_000L);
                assertEquals(200, app.get(client, "/health/ready").statusCode());
            }
        }
    }

    private static void migrate(Map<String, String> settings) throws Exception {
        try (var release = App.start(settings, "release")) {
            assertEquals(0, release.exitCode(), release.err().toString());
        }
    }

    @Test
    void aStartWaitsForPostgresAndThenGivesUp() throws Exception {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        var settings = services.settings("postgres://postgres:canary@127.0.0.1:" + port + "/postgres");
        try (var app = App.start(settings, "web")) {
            app.awaitLine("trying for 20 s");
            var start = System.nanoTime();
            assertEquals(69, app.exitCode(Duration.ofSeconds(30)));
            var seconds = (System.nanoTime() - start) / 1_000_000_000;
            assertTrue(seconds >= 17 && seconds <= 25, seconds + " s");
            assertEquals(1, app.err().size(), app.err().toString());
            assertTrue(app.err().getFirst().startsWith("academy: PostgreSQL at 127.0.0.1:" + port + " is away:"));
        }
    }

    @Test
    void aStartGoesOnWhenPostgresComesInTime() throws Exception {
        LocalPostgres first = TestServices.startPostgres("late-postgres", 0);
        first.close();
        var settings = services.settings(first.url("postgres"));
        try (var app = App.start(settings, "web")) {
            Thread.sleep(2500);
            try (var late = TestServices.startPostgres("late-postgres", first.port())) {
                assertEquals(200, app.get(client, "/health/ready").statusCode());
            }
        }
    }
}
