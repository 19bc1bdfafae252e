package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.Machine;
import dev.TestServices;
import factors.App;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ten times as many clients as web serves at once: the surplus is refused with 503, and right after the overload all is
 * as before.
 */
@Tag("long")
class OverloadIT {
    private static final int CONCURRENCY = 16;
    private static final int CLIENTS = 10 * CONCURRENCY;
    private static final Duration LOAD_DURATION = Duration.ofSeconds(8);
    /** The limit for a heap of 192 MB (hashing two passwords at once takes 40 of it), code, classes and threads. */
    private static final int MAX_MEGABYTES = 400;

    /** Far below the 10 s for which a body may pause, and far above what a busy machine needs. */
    private static final int MAX_WAIT_MS = 5000;

    /** How many clients send most of a body of 1 MB, and no more. */
    private static final int SENDERS = 100;

    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile int port;

    @Test
    void whatIsTooMuchIsRefusedAtOnceAndNothingElseSuffers() throws Exception {
        var services = TestServices.shared();
        var settings = services.settings(services.newDatabase());
        settings.put("REDIS_URL", services.redis().url() + "/9"); // other tests' failed log-ins count in the shared one
        settings.put("WEB_MAX_REQUESTS", String.valueOf(CONCURRENCY));
        settings.put("LOG_IN_TRIES_BY_ADDRESS", "1000000");
        settings.put("LOG_IN_TRIES_BY_ACCOUNT", "1000000");
        try (var web = App.start(settings, List.of("-Xmx192m", "-jar", App.JAR.toString()), "web");
                var client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            port = web.port();
            assertEquals(201, post(client, "/api/accounts", ", \"name\": \"A\"").statusCode());
            var end = System.nanoTime() + LOAD_DURATION.toNanos();
            var clients = new ArrayList<Future<?>>();
            for (var i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> {
                    while (System.nanoTime() < end) ask(client);
                    return null;
                }));
            }
            try {
                for (var each : clients) each.get();
            } catch (ExecutionException e) {
                var told = web.out().stream()
                        .filter(line -> !line.contains("AccessLog"))
                        .toList();
                throw new AssertionError(told + " " + web.err(), e.getCause());
            }
            var start = System.nanoTime();
            assertEquals(201, post(client, "/api/sessions", "").statusCode());
            var back = (System.nanoTime() - start) / 1_000_000;
            var megabytes = Machine.megabytes(web.pid());
            System.out.printf(
                    "overload: %d clients for %d places: %d log-ins served, %d refused with 503 and Retry-After, nothing else;"
                            + " %d MB; the next log-in took %d ms%n",
                    CLIENTS, CONCURRENCY, served.get(), refused.get(), megabytes, back);
            assertTrue(served.get() > 0 && refused.get() > 0);
            assertTrue(megabytes < MAX_MEGABYTES, megabytes + " MB");
            assertTrue(back < MAX_WAIT_MS, back + " ms");
        }
    }

    @Test
    void bodiesThatNeverEndDoNotFillTheHeap() throws Exception {
        var services = TestServices.shared();
        var settings = services.settings(services.newDatabase());
        var head =
                "POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n";
        var senders = new ArrayList<Socket>();
        var options = List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError", "-jar", App.JAR.toString());
        try (var web = App.start(settings, options, "web");
                var client = HttpClient.newHttpClient()) {
            for (var i = 0; i < SENDERS; i++) {
                var sender = new Socket("127.0.0.1", web.port());
                senders.add(sender);
                sender.setSoTimeout(10_000);
                sender.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                sender.getOutputStream().write(new byte[1_040_000]);
            }
            var sent = System.nanoTime();
            var answer = senders.getLast().getInputStream().readNBytes(12);
            var refused = (System.nanoTime() - sent) / 1_000_000;
            assertEquals("HTTP/1.1 503", new String(answer, StandardCharsets.US_ASCII));
            assertEquals(200, web.get(client, "/health").statusCode());
            System.out.printf("%d bodies that never end: the last one refused after %d ms%n", SENDERS, refused);
            assertTrue(refused < MAX_WAIT_MS, refused + " ms");
        } finally {
            for (var sender : senders) sender.close();
        }
    }

    private void ask(HttpClient client) throws Exception {
        var answer = post(client, "/api/sessions", "");
        if (answer.statusCode() == 201) served.incrementAndGet();
        else {
            assertEquals(503, answer.statusCode(), answer.body());
            assertTrue(answer.headers().firstValue("Retry-After").isPresent());
            refused.incrementAndGet();
            Thread.sleep(20); // otherwise the refusals alone would take all CPU time
        }
    }

    private HttpResponse<String> post(HttpClient client, String path, String more) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString(
                        "{\"email\": \"a@example.com\", \"password\": \"correct horse battery\"" + more + "}"));
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
