package academy.courses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile input is answered with a clear 4xx, never with a 500 or a stack trace. */
class HostileInputTest {
    private static TestApp app;
    private static TestClient admin;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start();
        admin = app.as("admin@example.com");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private record Write(String method, String path) {}

    private static final List<Write> WRITES = List.of(
            new Write("POST", "/api/accounts"), new Write("POST", "/api/sessions"), new Write("POST", "/api/courses"));

    static List<String> badBodies() {
        var million = "x".repeat(1_000_000);
        return List.of(
                "",
                "null",
                "[]",
                "\"text\"",
                "5",
                "{",
                "{}",
                "{\"title\": ",
                "{} {}",
                "{\"title\": \"a\", \"title\": \"b\"}",
                "{\"title\": 5, \"email\": 5, \"password\": 5, \"name\": 5}",
                "{\"title\": true, \"email\": [], \"password\": {}, \"name\": null}",
                "{\"nothing\": 1}",
                "{\"title\": \"a\\u0000b\", \"email\": \"a\\u0000@example.com\", \"password\": \"long enough, but\\u0000\"}",
                "{\"title\": \"\\ud800\", \"email\": \"\\udfff@example.com\", \"name\": \"\\ud800\"}",
                "{\"title\": \"" + million + "\"}",
                "{\"email\": \"" + million + "\", \"password\": \"" + million + "\", \"name\": \"" + million + "\"}",
                "{\"title\": \"" + million + million + "\"}",
                "[".repeat(100_000),
                "{\"title\":".repeat(50_000),
                "{\"title\": " + "9".repeat(100_000) + "}",
                "{\"title\": 1e999999999}",
                "\u0000",
                "{\"__proto__\": {}, \"@class\": \"java.lang.Runtime\"}");
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void badBodiesAreRefused(String body) {
        for (var write : WRITES) {
            var answer = admin.write(write.method(), write.path(), body);
            assertRefused(answer, write + " " + body.substring(0, Math.min(60, body.length())));
        }
    }

    @Test
    void brokenUtf8IsRefused() {
        var overlong =
                new byte[] {'{', '"', 't', 'i', 't', 'l', 'e', '"', ':', '"', (byte) 0xC0, (byte) 0x80, '"', '}'};
        var cut = new byte[] {'{', '"', 't', 'i', 't', 'l', 'e', '"', ':', '"', (byte) 0xE2, (byte) 0x82, '"', '}'};
        for (var bytes : List.of(overlong, cut)) {
            var request = admin.request("/api/courses")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(bytes));
            assertRefused(admin.send(request), "broken UTF-8");
        }
    }

    @Test
    void aWrongMediaTypeIsRefused() {
        var anyone = app.anyone();
        for (var type : List.of("text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense")) {
            anyone.with("Content-Type", type).post("/api/sessions", "{}").is(415);
        }
        anyone.send(anyone.request("/api/sessions").POST(BodyPublishers.ofString("{}")))
                .is(415);
        anyone.with("Content-Encoding", "gzip").post("/api/sessions", "{}").is(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/users/%00",
                "/api/users/../../etc/passwd",
                "/api/users/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                "/api/courses/%ff%fe",
                "/api/courses/00000000-0000-0000-0000-00000000000g",
                "/api/courses/1-1-1-1-1",
                "/api//courses",
                "/api/nothing?%zz",
                "/%",
                "/health/%2e"
            })
    void oddPathsAreRefused(String path) throws IOException {
        assertRefused(raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/users/%00", "/%", "/health/%2e", "/api/nothing", "/api/courses/%ff%fe"})
    void aClosedConnectionIsAnnounced(String path) throws IOException {
        var answers = raw("GET " + path
                + " HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        var first = answers.substring(0, answers.indexOf("\r\n\r\n"));
        assertTrue(first.contains("Connection: close") || answers.contains("HTTP/1.1 200 "), answers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "X"})
    void wrongMethodsAreRefusedWithTheAllowedOnes(String method) throws IOException {
        var answer = raw(method + " /api/courses HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 405 "), answer);
        assertTrue(answer.contains("Allow: "), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 99999999999",
                "Content-Length: 99999999999999999999999",
                "Content-Length: -1",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: nonsense",
                "Transfer-Encoding: chunked\r\nX: y"
            })
    void oddLengthsAreRefused(String header) throws IOException {
        var request = "POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + header
                + "\r\nConnection: close\r\n\r\nnonsense\r\n";
        assertRefused(raw(request), header);
    }

    @Test
    void aBodyThatNeverEndsStopsAtTheLimit() throws IOException {
        try (var socket = new Socket("127.0.0.1", app.port())) {
            socket.setSoTimeout(10_000);
            var out = socket.getOutputStream();
            out.write(
                    "POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            var chunk = ("10000\r\n" + " ".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (var i = 0; i < 17; i++) out.write(chunk); // sends 1.06 MiB and no last chunk
            var answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertEquals("HTTP/1.1 413", answer);
        }
    }

    @Test
    void aRefusalReachesACallerWhoIsStillSending() throws IOException {
        try (var socket = new Socket("127.0.0.1", app.port())) {
            socket.setSoTimeout(10_000);
            var out = socket.getOutputStream();
            out.write(
                    "POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 3000000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            var in = socket.getInputStream();
            assertEquals("HTTP/1.1 413", new String(in.readNBytes(12), StandardCharsets.US_ASCII));
            for (var sent = 0; sent < 3_000_000; sent += 100_000) out.write(new byte[100_000]); // no reset comes
            var rest = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(rest.contains("Connection: close"), rest);
            assertTrue(rest.contains("application/problem+json"), rest);
        }
    }

    @Test
    void headersMayBeAnything() {
        for (var header :
                new String[] {"Cookie", "Accept", "Accept-Encoding", "X-Request-Id", "traceparent", "Origin"}) {
            for (var value : new String[] {"", "=;=", "\"", "%00", "session=" + "x".repeat(4000), "nul\u00e9"}) {
                app.anyone().with(header, value).get("/api/me").is(401);
            }
        }
    }

    private static String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", app.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertRefused(String answer, String what) {
        assertTrue(answer.startsWith("HTTP/1.1 4"), what + ": " + answer);
        assertTrue(answer.contains("application/problem+json"), what + ": " + answer);
        assertFalse(answer.contains("\tat "), answer);
    }

    private static void assertRefused(Answer answer, String what) {
        assertTrue(answer.status() >= 400 && answer.status() < 500, what + ": " + answer.status());
        assertEquals("application/problem+json", answer.header("Content-Type"), what);
        assertFalse(answer.body().contains("\tat "), answer.body());
        assertTrue(answer.body().length() < 1000, "it repeats the body: " + what);
    }
}
