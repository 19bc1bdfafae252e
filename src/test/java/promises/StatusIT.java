package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.Machine;
import dev.TestServices;
import dozen.testing.TestClient;
import factors.App;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The status page and the other pages show processes that come and go, and resources that are away. */
@Execution(ExecutionMode.CONCURRENT) // it waits most of the time
class StatusIT {
    private static final int NOTICE_SECONDS = 15;
    private static final int APPEAR_SECONDS = 3;

    private final HttpClient client = HttpClient.newHttpClient();
    private TestClient anyone;
    private TestClient browser;

    @Test
    void itShowsWorkersThatComeAndGoAndResourcesThatAreAway() throws Exception {
        var services = TestServices.shared();
        var direct = services.settings(services.newDatabase());
        direct.put("REDIS_URL", services.redis().url() + "/8"); // other tests' processes register in the shared one
        direct.put("RELEASE_VERSION", "v7");
        try (var redis = new Proxy(() -> port(services.redis().url()));
                var postgres = new Proxy(() -> port(direct.get("DATABASE_URL")));
                var web = App.start(through(direct, postgres, redis), "web")) {
            anyone = new TestClient(client, "http://127.0.0.1:" + web.port(), Map.of());
            browser = anyone.with("Accept", "text/html");
            processes(direct);
            redisAway(redis);
            postgresAway(postgres);
        }
    }

    private static int port(String url) {
        return URI.create(url).getPort();
    }

    private static Map<String, String> through(Map<String, String> direct, Proxy postgres, Proxy redis) {
        var settings = new HashMap<>(direct);
        settings.put("STATUS_PUBLIC", "true");
        settings.put(
                "DATABASE_URL",
                direct.get("DATABASE_URL").replace(":" + port(direct.get("DATABASE_URL")), ":" + postgres.port()));
        settings.put(
                "REDIS_URL", direct.get("REDIS_URL").replace(":" + port(direct.get("REDIS_URL")), ":" + redis.port()));
        return settings;
    }

    private void processes(Map<String, String> settings) throws Exception {
        try (var killed = App.start(settings, "worker")) {
            Machine.await(NOTICE_SECONDS, "one worker is there", () -> workers().size() == 1);
            var first = workers().getFirst();
            killed.kill();
            try (var _ = App.start(settings, "worker")) {
                Machine.await(
                        NOTICE_SECONDS,
                        "the second has taken its place",
                        () -> workers().size() == 1 && !workers().contains(first));
            }
        }
        try (var one = App.start(settings, "worker")) {
            one.awaitLine("jobs at once");
            Machine.await(
                    APPEAR_SECONDS,
                    "the worker is there",
                    () -> workers().stream().anyMatch(name -> name.contains("-" + one.pid() + "-")));
            one.terminate();
            assertTrue(Set.of(0, 143).contains(one.exitCode()));
        }
        Machine.await(
                APPEAR_SECONDS,
                "its stop is listed",
                () -> texts(status().get("drains"), "type").contains("worker"));
        var status = status();
        assertEquals("v7", status.at("/release/version").asText());
        assertTrue(texts(status.get("starts"), "type").containsAll(List.of("web", "worker")));
        assertEquals(12, status.get("factors").size());
        assertTrue(status.get("settings").toString().contains("set, secret"));
        for (var secret : List.of(settings.get("SECRET_KEY"), settings.get("DATABASE_URL"))) {
            assertFalse(status.toString().contains(secret));
            assertFalse(browser.get("/status").body().contains(secret));
        }
    }

    private void redisAway(Proxy redis) throws Exception {
        redis.refuse(true);
        Machine.await(
                NOTICE_SECONDS,
                "Redis is away",
                () -> status().at("/resources/resources/redis/status").asText().equals("away"));
        assertTrue(browser.get("/status").body().contains("Unknown while Redis is away"));
        browser.get("/").is(200);
        var learner = browser.with("Cookie", "session=somebody");
        var learning = learner.get("/learning").is(503).body();
        assertTrue(learning.contains("<strong>redis</strong> is away"), learning);
        assertTrue(learning.contains("/dozen/dozen.js"), "it does not ask again by itself");
        redis.refuse(false);
        Machine.await(
                NOTICE_SECONDS,
                "all is well",
                () -> status().at("/resources/status").asText().equals("ok"));
        browser.get("/learning").is(303);
    }

    private void postgresAway(Proxy postgres) throws Exception {
        postgres.refuse(true);
        Machine.await(
                NOTICE_SECONDS,
                "the page tells that PostgreSQL is away",
                () -> browser.get("/").body().contains("<strong>postgres</strong> is away"));
        assertTrue(browser.get("/status").is(200).body().contains("Unknown while PostgreSQL is away"));
        postgres.refuse(false);
        Machine.await(
                NOTICE_SECONDS, "the catalogue is back", () -> browser.get("/").status() == 200);
    }

    private JsonNode status() {
        return anyone.get("/api/status").at("");
    }

    private List<String> workers() {
        var workers = new ArrayList<String>();
        for (var process : status().get("processes")) {
            if (process.get("type").asText().equals("worker"))
                workers.add(process.get("name").asText());
        }
        return workers;
    }

    private static List<String> texts(JsonNode list, String field) {
        var texts = new ArrayList<String>();
        list.forEach(each -> texts.add(each.get(field).asText()));
        return texts;
    }
}
