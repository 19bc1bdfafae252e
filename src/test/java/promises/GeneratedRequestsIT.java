package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Sends random requests, made from the API's own description, as a guest, a learner and an admin. Right or wrong, each
 * gets a clear answer. -Drequests=N sets their number (default 20,000); the same -Dseed=N (default 12) sends the same
 * again.
 */
@Tag("long")
class GeneratedRequestsIT {
    private static final int REQUESTS = Integer.getInteger("requests", 20_000);
    private static final long SEED = Long.getLong("seed", 12);
    private static final int CONCURRENCY = 16;
    private static final int TIMEOUT_SECONDS = 10;

    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final Map<Integer, AtomicInteger> statuses = new ConcurrentSkipListMap<>();

    private record Operation(String method, String path, JsonNode description) {}

    @Test
    void noRequestGetsAFailureOrAStackOrNoAnswer() throws Exception {
        var settings = Map.of(
                "ARGON2_MEMORY_KIB", "7168",
                "ARGON2_ITERATIONS", "1",
                "TRUSTED_PROXY_HOPS", "1",
                "LOG_IN_TRIES_BY_ADDRESS", "1000000",
                "LOG_IN_TRIES_BY_ACCOUNT", "1000000");
        try (var app = RunningAcademy.start(settings);
                var client = HttpClient.newHttpClient();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var course = MadeCourse.in(app, "A course", 2);
            var cookies = new ArrayList<>(List.of(""));
            for (var email : List.of("learner@example.com", "admin@example.com")) {
                cookies.add(app.as(email).headers().get("Cookie"));
            }
            var known = new ArrayList<>(course.lessons());
            known.add(course.course());
            var document = new ObjectMapper().readTree(app.get("/openapi.json").body());
            var operations = operations(document);
            var work = new ArrayList<Future<?>>();
            for (var i = 0; i < CONCURRENCY; i++) {
                var random = new Generated(SEED * CONCURRENCY + i, document, known, cookies);
                work.add(threads.submit(() -> {
                    for (var n = 0; n < REQUESTS / CONCURRENCY; n++) {
                        if (random.below(8) == 0) sendForm(client, app.port(), random);
                        else send(client, app.port(), random, operations.get(random.below(operations.size())));
                    }
                    return null;
                }));
            }
            for (var each : work) each.get();
            var counts = new TreeMap<Integer, Integer>();
            statuses.forEach((status, count) -> counts.put(status, count.get()));
            System.out.println("generated requests: " + REQUESTS + ", seed " + SEED + ", answers " + counts);
            assertEquals(List.of(), faults.stream().limit(10).toList());
            assertTrue(
                    counts.getOrDefault(200, 0) + counts.getOrDefault(201, 0) > REQUESTS / 50, "hardly one was right");
            assertTrue(counts.containsKey(422) && counts.containsKey(404) && counts.containsKey(401));
            app.get("/health/ready").is(200);
        }
    }

    private static List<Operation> operations(JsonNode document) {
        var operations = new ArrayList<Operation>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (method.getValue().has("responses")) {
                        operations.add(new Operation(method.getKey().toUpperCase(), path.getKey(), method.getValue()));
                    }
                }));
        return operations;
    }

    private void send(HttpClient client, int port, Generated random, Operation operation) throws Exception {
        var path = random.path(operation.path(), operation.description());
        if (path.indexOf('?') < 0) path += random.oddQuery();
        var body = random.body(operation.description());
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(TIMEOUT_SECONDS))
                .method(
                        random.method(operation.method()),
                        body == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)));
        random.headers().forEach(request::header);
        answer(client, request.build(), body);
    }

    private void sendForm(HttpClient client, int port, Generated random) throws Exception {
        var path = List.of(
                        "/sign-up",
                        "/log-in",
                        "/reset",
                        "/reset/password",
                        "/log-out",
                        "/admin/courses",
                        "/unsubscribe")
                .get(random.below(7));
        var body = random.form();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(TIMEOUT_SECONDS))
                .POST(BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)));
        random.formHeaders().forEach(request::header);
        answer(client, request.build(), body);
    }

    private void answer(HttpClient client, HttpRequest built, String body) throws Exception {
        var told = built.method() + " " + built.uri() + " " + built.headers().map() + " "
                + (body == null ? "" : body.substring(0, Math.min(body.length(), 300)));
        try {
            var answer = client.send(built, BodyHandlers.ofString());
            statuses.computeIfAbsent(answer.statusCode(), _ -> new AtomicInteger())
                    .incrementAndGet();
            var text = answer.body();
            // Without S3, a request that needs files gets 503, as docs/operate.md says.
            if (answer.statusCode() >= 500 && answer.statusCode() != 503) faults.add(answer.statusCode() + ": " + told);
            if (text.contains("Exception") || text.contains("\tat ")) faults.add("a stack: " + told);
            var id = answer.headers().firstValue("X-Request-Id").orElse("none");
            if (answer.statusCode() >= 400
                    && !text.contains(id) // in the problem, or in the page that a browser gets
                    && !text.contains("role=\"alert\"") // a form that comes back with what is wrong
                    && !built.method().equals("HEAD")) {
                faults.add("no problem: " + answer.statusCode() + " " + told);
            }
        } catch (IOException e) {
            faults.add(e + ": " + told);
        }
    }
}
