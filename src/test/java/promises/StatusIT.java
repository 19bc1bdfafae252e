package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.TestServices;
import dozen.http.Json;
import factors.App;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
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
    private static final Duration MAX_NOTICE_TIME = Duration.ofSeconds(15);
    private static final Duration MAX_APPEAR_TIME = Duration.ofSeconds(3);

    private final HttpClient client = HttpClient.newHttpClient();
    private String address;

    @Test
    void itShowsWorkersThatComeAndGoAndResourcesThatAreAway() throws Exception {
        var services = TestServices.shared();
        var direct = services.settings(services.newDatabase());
        direct.put("REDIS_URL", services.redis().url() + "/8"); // other tests' processes register in the shared one
        direct.put("RELEASE_VERSION", "v7");
        try (var redis = new Proxy(() -> port(services.redis().url()));
                var postgres = new Proxy(() -> port(direct.get("DATABASE_URL")));
                var web = App.start(through(direct, postgres, redis), "web")) {
            address = "http://127.0.0.1:" + web.port();
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
            eventually(MAX_NOTICE_TIME, () -> workers().size() == 1);
            var first = workers().getFirst();
            killed.kill();
            try (var _ = App.start(settings, "worker")) {
                eventually(
                        MAX_NOTICE_TIME,
                        () -> workers().size() == 1 && !workers().contains(first));
            }
        }
        try (var one = App.start(settings, "worker")) {
            while (one.out().stream().noneMatch(line -> line.contains("jobs at once"))) Thread.sleep(20);
            eventually(
                    MAX_APPEAR_TIME, () -> workers().stream().anyMatch(name -> name.contains("-" + one.pid() + "-")));
            one.terminate();
            assertTrue(Set.of(0, 143).contains(one.exitCode()));
        }
        eventually(MAX_APPEAR_TIME, () -> texts(status().get("drains"), "type").contains("worker"));
        var status = status();
        assertEquals("v7", status.at("/release/version").asText());
        assertTrue(texts(status.get("starts"), "type").containsAll(List.of("web", "worker")));
        assertEquals(12, status.get("factors").size());
        assertTrue(status.get("settings").toString().contains("set, secret"));
        for (var secret : List.of(settings.get("SECRET_KEY"), settings.get("DATABASE_URL"))) {
            assertTrue(!status.toString().contains(secret)
                    && !page("/status").body().contains(secret));
        }
    }

    private void redisAway(Proxy redis) throws Exception {
        redis.refuse(true);
        eventually(
                MAX_NOTICE_TIME,
                () -> status().at("/resources/resources/redis/status").asText().equals("away"));
        assertTrue(page("/status").body().contains("Unknown while Redis is away"));
        var catalogue = page("/");
        assertEquals(200, catalogue.statusCode());
        var learning = page("/learning", "Cookie", "session=somebody");
        assertEquals(503, learning.statusCode());
        assertTrue(learning.body().contains("<strong>redis</strong> is away"), learning.body());
        assertTrue(learning.body().contains("/dozen/dozen.js"), "it does not ask again by itself");
        redis.refuse(false);
        eventually(
                MAX_NOTICE_TIME, () -> status().at("/resources/status").asText().equals("ok"));
        assertEquals(303, page("/learning").statusCode());
    }

    private void postgresAway(Proxy postgres) throws Exception {
        postgres.refuse(true);
        eventually(MAX_NOTICE_TIME, () -> page("/").body().contains("<strong>postgres</strong> is away"));
        var status = page("/status");
        assertEquals(200, status.statusCode());
        assertTrue(status.body().contains("Unknown while PostgreSQL is away"));
        postgres.refuse(false);
        eventually(MAX_NOTICE_TIME, () -> page("/").statusCode() == 200);
    }

    private JsonNode status() throws Exception {
        return Json.MAPPER.readTree(client.send(request("/api/status").build(), BodyHandlers.ofString())
                .body());
    }

    private List<String> workers() throws Exception {
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

    private HttpResponse<String> page(String path, String... headers) throws Exception {
        var request = request(path).header("Accept", "text/html");
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(20));
    }

    @FunctionalInterface
    private interface Question {
        boolean ask() throws Exception;
    }

    private static void eventually(Duration limit, Question question) throws Exception {
        var end = System.nanoTime() + limit.toNanos();
        while (!question.ask()) {
            assertTrue(System.nanoTime() < end, "not within " + limit);
            Thread.sleep(100);
        }
    }
}
