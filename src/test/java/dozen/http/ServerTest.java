package dozen.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dozen.config.Env;
import dozen.config.WebAddress;
import dozen.domain.Exit;
import dozen.services.Health;
import dozen.services.ServiceUnavailable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server with three routes for tests: one waits, one fails and one takes writes. */
class ServerTest {
    private static final int MAX_REQUESTS = 20;
    private static final Duration IDLE = Duration.ofSeconds(95);

    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch opened = new CountDownLatch(1);
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile boolean away;
    private Server server;

    @BeforeEach
    void start() {
        server = start(0, "http://localhost");
    }

    private Server start(int port, String publicUrl) {
        var settings =
                new Server.Settings(port, WebAddress.base(publicUrl), MAX_REQUESTS, IDLE, 0, Duration.ofSeconds(10));
        var health = new Health().requires("answer", () -> {
            if (away) throw new IOException("away");
        });
        return new Server(settings, health, problem -> String.valueOf(problem.get("title")), routes -> {
                    routes.get("/wait", Access.PUBLIC, context -> {
                        arrived.incrementAndGet();
                        assertTrue(opened.await(20, TimeUnit.SECONDS));
                        context.result("waited");
                    });
                    routes.get("/fail", Access.PUBLIC, context -> {
                        throw new IllegalStateException("canary");
                    });
                    routes.post("/write", Access.PUBLIC, context -> context.status(204));
                })
                .start();
    }

    @AfterEach
    void stop() {
        opened.countDown();
        server.close();
        client.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws Exception {
        return Json.MAPPER.readTree(response.body());
    }

    private CompletableFuture<HttpResponse<String>> sendAsync(String path) {
        return client.sendAsync(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersCarryTheCallersRequestIdWhenItIsSane() throws Exception {
        var kept = send(request("/health").header("X-Request-Id", "abc-123"));
        assertEquals("abc-123", kept.headers().firstValue("X-Request-Id").orElseThrow());
        var replaced = send(request("/health").header("X-Request-Id", "<script>"));
        assertTrue(replaced.headers().firstValue("X-Request-Id").orElseThrow().matches("[0-9a-f]{32}"));
    }

    @Test
    void everyAnswerCarriesTheSecurityHeaders() throws Exception {
        for (var path : new String[] {"/health", "/nothing", "/fail"}) {
            var headers = send(request(path)).headers();
            assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElseThrow());
            assertEquals("no-store", headers.firstValue("Cache-Control").orElseThrow());
            var policy = headers.firstValue("Content-Security-Policy").orElseThrow();
            for (var part : List.of("default-src", "object-src", "base-uri", "frame-ancestors")) {
                assertTrue(policy.contains(part + " 'none'"), policy);
            }
            assertTrue(headers.firstValue("Referrer-Policy").isPresent());
            assertTrue(headers.firstValue("Server").isEmpty());
            assertTrue(headers.firstValue("Strict-Transport-Security").isEmpty());
        }
        server.close();
        server = start(0, "https://example.com");
        assertTrue(send(request("/health"))
                .headers()
                .firstValue("Strict-Transport-Security")
                .isPresent());
    }

    @Test
    void failuresAreProblemsWithTheRequestIdAndNothingOfTheCause() throws Exception {
        var answer = send(request("/fail").header("X-Request-Id", "abc"));
        assertEquals(500, answer.statusCode());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("abc", json(answer).get("requestId").asText());
        assertEquals("Server Error", json(answer).get("title").asText());
        assertFalse(answer.body().contains("canary"));
    }

    @Test
    void aWrongMethodIsToldWhichAreAllowed() throws Exception {
        var answer = send(request("/health").method("DELETE", HttpRequest.BodyPublishers.noBody()));
        assertEquals(405, answer.statusCode());
        assertEquals("GET", answer.headers().firstValue("Allow").orElseThrow());
        assertEquals(405, json(answer).get("status").asInt());
    }

    @Test
    void malformedHttpGetsAProblem() throws Exception {
        for (var start : new String[] {"GET / HTTP/9.9\r\n\r\n", "GET /health HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n"}) {
            var answer = raw(start);
            assertTrue(answer.matches("(?s)HTTP/1.1 (400|505) .*"), answer);
            assertTrue(answer.contains("application/problem+json"), answer);
        }
        var tooLarge = raw("GET /health HTTP/1.1\r\nHost: a\r\nX-Large: " + "x".repeat(20_000) + "\r\n\r\n");
        assertTrue(tooLarge.startsWith("HTTP/1.1 431 "), tooLarge);
        assertTrue(tooLarge.contains("application/problem+json"), tooLarge);
    }

    private String raw(String request) throws IOException {
        return raw(request, server.port());
    }

    private static String raw(String request, int port) throws IOException {
        try (var socket = new Socket("localhost", port)) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void refusesWritesThatAnotherSitesPageSends() throws Exception {
        var write = HttpRequest.BodyPublishers.noBody();
        assertEquals(204, send(request("/write").POST(write)).statusCode());
        assertEquals(
                204,
                send(request("/write").POST(write).header("Sec-Fetch-Site", "same-origin"))
                        .statusCode());
        assertEquals(
                403,
                send(request("/write").POST(write).header("Sec-Fetch-Site", "cross-site"))
                        .statusCode());
        assertEquals(
                403,
                send(request("/write").POST(write).header("Sec-Fetch-Site", "same-site"))
                        .statusCode());
        var own = "http://localhost:" + server.port();
        assertEquals(
                204, send(request("/write").POST(write).header("Origin", own)).statusCode());
        assertEquals(
                403,
                send(request("/write").POST(write).header("Origin", "https://evil.example"))
                        .statusCode());
        assertEquals(
                403,
                send(request("/write").POST(write).header("Origin", "null")).statusCode());
    }

    @Test
    void requestsOverTheLimitGet503AndProbesStillAnswer() throws Exception {
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (var i = 0; i < MAX_REQUESTS; i++) waiting.add(sendAsync("/wait"));
        awaitArrivals(MAX_REQUESTS);
        var refused = sendAsync("/metrics").get(5, TimeUnit.SECONDS);
        assertEquals(503, refused.statusCode());
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        assertEquals(
                "application/problem+json",
                refused.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(200, send(request("/health")).statusCode());
        assertEquals(200, send(request("/health/ready")).statusCode());
        opened.countDown();
        for (var answer : waiting)
            assertEquals(200, answer.get(10, TimeUnit.SECONDS).statusCode());
    }

    @Test
    void theFirstRequestsAreAllAnsweredThoughTheyComeAtOnce() throws Exception {
        for (var start = 0; start < 10; start++) {
            try (var fresh = start(0, "http://localhost");
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Callable<String> first =
                        () -> raw("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", fresh.port());
                for (var answer : threads.invokeAll(Collections.nCopies(16, first))) {
                    assertTrue(answer.get().startsWith("HTTP/1.1 200 "), answer.get());
                }
            }
        }
    }

    @Test
    void aRefusedCallerWhoseBodyComesLaterKeepsItsConnection() throws Exception {
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (var i = 0; i < MAX_REQUESTS; i++) waiting.add(sendAsync("/wait"));
        awaitArrivals(MAX_REQUESTS);
        try (var socket = new Socket("localhost", server.port())) {
            socket.setSoTimeout(5000);
            var out = socket.getOutputStream();
            out.write(
                    "POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(200); // a server that does not wait for the body would have refused by now
            out.write("12345".getBytes(StandardCharsets.US_ASCII));
            out.write(
                    "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answers.matches("(?s)HTTP/1.1 503 .*HTTP/1.1 200 .*"), answers);
        }
        var sent = "POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1";
        var unfinished = raw(sent);
        assertTrue(unfinished.startsWith("HTTP/1.1 503 ") && unfinished.contains("Connection: close"), unfinished);
        var asksFirst = raw(sent.replace("Host: a", "Host: a\r\nExpect: 100-continue"));
        assertTrue(asksFirst.startsWith("HTTP/1.1 503 "), asksFirst);
        opened.countDown();
        for (var answer : waiting) answer.get(10, TimeUnit.SECONDS);
    }

    private void awaitArrivals(int count) throws InterruptedException {
        for (var i = 0; i < 500 && arrived.get() < count; i++) Thread.sleep(10);
        assertEquals(count, arrived.get());
    }

    @Test
    void drainsWhatIsInFlightAndRefusesNewConnections() throws Exception {
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (var i = 0; i < 10; i++) waiting.add(sendAsync("/wait"));
        try (var kept = new Socket("localhost", server.port())) {
            var port = server.port();
            awaitArrivals(10);
            var closing = CompletableFuture.runAsync(server::close, Thread::startVirtualThread);
            Thread.sleep(1000);
            // A connection that was open before still gets a response, with "Connection: close".
            kept.setSoTimeout(5000);
            kept.getOutputStream()
                    .write("GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = new String(kept.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
            assertTrue(answer.contains("Connection: close"), answer);
            assertTrue(answer.contains("draining"), answer);
            assertThrows(ConnectException.class, () -> new Socket("localhost", port).close());
            opened.countDown();
            for (var one : waiting)
                assertEquals(200, one.get(10, TimeUnit.SECONDS).statusCode());
            closing.get(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, https, false", "1, https, true", "1, http, false", "1, 'http, https', true", "1, , false"})
    void browsersAreToldToReturnByHttpsWhenOurProxySaysSo(int hops, String protocol, boolean told) throws Exception {
        var settings = new Server.Settings(
                0, WebAddress.base("http://localhost"), MAX_REQUESTS, IDLE, hops, Duration.ofSeconds(10));
        try (var behind = new Server(settings, new Health(), values -> "", _ -> {}).start()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/health".formatted(behind.port())));
            if (protocol != null) request.header("X-Forwarded-Proto", protocol);
            var hsts = send(request).headers().firstValue("Strict-Transport-Security");
            assertEquals(told, hsts.isPresent());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RENDER_EXTERNAL_URL, https://a.onrender.com, https://a.onrender.com",
        "RAILWAY_PUBLIC_DOMAIN, a.up.railway.app, https://a.up.railway.app",
        "FLY_APP_NAME, a, https://a.fly.dev",
        "HEROKU_APP_DEFAULT_DOMAIN_NAME, a-1.herokuapp.com, https://a-1.herokuapp.com"
    })
    void platformsTellThePublicAddress(String name, String value, String address) {
        var env = new Env(Map.of(name, value));
        assertEquals(
                address, Server.Settings.read(env, Duration.ZERO).publicUrl().toString());
        var both = new Env(Map.of(name, value, "PUBLIC_URL", "https://own.example.com"));
        assertEquals(
                "https://own.example.com",
                Server.Settings.read(both, Duration.ZERO).publicUrl().toString());
    }

    @Test
    void aRouteThatDoesNotSayWhoMayCallItStopsTheStart() {
        var settings = new Server.Settings(
                0, WebAddress.base("http://localhost"), MAX_REQUESTS, IDLE, 0, Duration.ofSeconds(10));
        var failure = assertThrows(
                Exit.class,
                () -> new Server(
                                settings,
                                new Health(),
                                problem -> String.valueOf(problem.get("title")),
                                routes -> routes.get("/open", null, context -> context.result("anybody")))
                        .start());
        assertEquals("GET /open does not say who may call it", failure.getMessage());
        assertEquals(Exit.FAILURE, failure.code());
    }

    @Test
    void readinessFollowsTheResource() throws Exception {
        assertEquals("ok", json(send(request("/health/ready"))).get("status").asText());
        away = true;
        var answer = send(request("/health/ready"));
        assertEquals(503, answer.statusCode());
        assertEquals("away", json(answer).at("/resources/answer/status").asText());
        assertEquals(200, send(request("/health")).statusCode());
    }

    @Test
    void aTakenPortIsToldInOneLine() {
        var failure = assertThrows(ServiceUnavailable.class, () -> start(server.port(), "http://localhost"));
        assertEquals("port %d is taken; set PORT to another".formatted(server.port()), failure.getMessage());
    }
}
