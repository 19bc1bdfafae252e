package academy.courses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.TestServices;
import dozen.testing.TestApp;
import dozen.testing.TestClient.Answer;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Unusual requests that real browsers, proxies and libraries send. */
class OddRequestsTest {

    private static TestApp app;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start(Map.of("TRUSTED_PROXY_HOPS", "1"));
        MadeCourse.in(app, "Redis by example", 1);
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    /** Uses an account and an address of its own, because all tests share the counts of failed log-ins. */
    private static int logIn(String contentType) {
        return logIn(app, contentType, address(contentType));
    }

    private static int logIn(TestApp at, String contentType, String forwardedFor) {
        var email = "n%x@example.com".formatted((contentType + forwardedFor).hashCode());
        var caller = at.anyone().with("Content-Type", contentType).with("X-Forwarded-For", forwardedFor);
        return RunningAcademy.logIn(caller, email, "nonsense").status();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json                              | 401",
                "Application/JSON                              | 401",
                "application/json;charset=utf-8                | 401",
                "application/json; charset=UTF-8               | 401",
                "application/json; charset=\"utf-8\"           | 401",
                "application/json; charset='utf-8''            | 401",
                "application/json; charset=UTF8MB4             | 401",
                "application/json; charset=utf8mb4_general_ci  | 401",
                "application/json; charset=                    | 401",
                "application/json; charset                     | 401",
                "application/json; charset=\"                  | 401",
                "application/json; charset=iso-8859-1          | 401",
                "application/json; charset=utf-16              | 401",
                "application/json; charset=none                | 401",
                "application/json; charset=*                   | 401",
                "application/json;                             | 401",
                "application/json; boundary=x                  | 401",
                "application/json; q=0.5; charset=%00          | 401",
                "application/json , application/json           | 415",
                "application/jsonp                             | 415",
                "application/problem+json                      | 415",
                "text/json                                     | 415",
                "text/plain; charset=utf-8                     | 415",
                "text/plain; charset=nonsense                  | 415",
                "application/x-www-form-urlencoded; charset=   | 415",
                "application/x-www-form-urlencoded; charset=x  | 415",
                "multipart/form-data                           | 415",
                "multipart/form-data; boundary=                | 415",
                "*/*                                           | 415",
                "json                                          | 415",
                ";                                             | 415",
            })
    void jsonIsUtf8WhateverItsTypeSaysBesides(String contentType, int status) {
        assertEquals(status, logIn(contentType));
    }

    private static String address(String text) {
        return "2001:db8:%x::1".formatted(text.hashCode() & 0xffff);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "application/x-www-form-urlencoded; charset=utf-8",
                "application/x-www-form-urlencoded; charset=",
                "application/x-www-form-urlencoded; charset=UTF8MB4",
                "application/x-www-form-urlencoded; charset='utf-8'",
                "APPLICATION/X-WWW-FORM-URLENCODED"
            })
    void formsAreUtf8WhateverTheirTypeSaysBesides(String contentType) {
        var answer = form(contentType, "email=zo%C3%AB&password=x").is(401);
        assertTrue(answer.body().contains("zoë"), answer.body());
    }

    private static Answer form(String contentType, String body) {
        var caller = app.anyone().with("Accept", "text/html").with("X-Forwarded-For", address(contentType + body));
        if (contentType.isEmpty()) return caller.send(caller.request("/log-in").POST(BodyPublishers.ofString(body)));
        return caller.with("Content-Type", contentType).post("/log-in", body);
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-www-form-urlencoded, email=%zz&password=x, 400",
        "application/x-www-form-urlencoded, email=100%&password=x, 400",
        "application/x-www-form-urlencoded, email=%ff%fe&password=x, 400",
        "application/x-www-form-urlencoded, '', 422",
        "application/x-www-form-urlencoded, &&&, 422",
        "application/x-www-form-urlencoded, =, 422",
        "'', email=a, 415",
        "text/plain, email=a, 415",
        "application/json, {}, 415",
        "multipart/form-data, email=a, 415",
        "multipart/form-data; boundary=, email=a, 415",
        "multipart/form-data; boundary=x, '', 415",
        "multipart/form-data; boundary=x, --x, 415",
        "multipart/form-data; boundary=x, '--x\r\nContent-Disposition: form-data; name=email\r\n\r\na', 415",
        "multipart/mixed; boundary=x, --x--, 415"
    })
    void oddFormsAreRefused(String contentType, String body, int status) {
        form(contentType, body).is(status);
    }

    @Test
    void largeFormsAreRefusedAndNothingIsSpooled() throws Exception {
        form("application/x-www-form-urlencoded", "email=" + "x".repeat(2_000_000))
                .is(413);
        form("application/x-www-form-urlencoded", "a=b&".repeat(5000)).is(400);
        var before = temporaryFiles();
        var part = "--x\r\nContent-Disposition: form-data; name=\"email\"; filename=\"f\"\r\n\r\n%s\r\n";
        var start = System.nanoTime();
        form("multipart/form-data; boundary=x", part.formatted("y".repeat(5_000_000)) + "--x--\r\n")
                .is(415);
        form("multipart/form-data; boundary=x", part.formatted("y").repeat(1000))
                .is(415);
        assertTrue(System.nanoTime() - start < 5_000_000_000L, "15 s before");
        assertEquals(before, temporaryFiles());
    }

    private static long temporaryFiles() throws Exception {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().contains("MultiPart"))
                    .count();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api/courses?q=redis, 1",
        "/api/courses?q=100%25, 0",
        "/api/courses?q=r%C3%A9dis, 0",
        "/api/courses?q=redis+example, 1",
        "/api/courses?q=redis&empty=&x, 1"
    })
    void queriesAreDecoded(String path, int found) {
        assertEquals(found, app.get(path).at("/items").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain; charset", "text/plain; charset=UTF8MB4", "x; charset=utf-16", ";charset="})
    void theBodysCharsetDoesNotAffectTheQuery(String contentType) {
        var caller = app.anyone().with("Content-Type", contentType);
        for (var path : new String[] {"/", "/?q=redis", "/api/courses?q=redis", "/reset", "/log-in?next=/"}) {
            caller.get(path).is(200);
        }
        assertEquals(0, caller.get("/api/courses?q=nonesuch").at("/items").size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/courses?q=100%",
                "/api/courses?q=%",
                "/api/courses?q=%zz",
                "/api/courses?q=%f",
                "/api/courses?q=%ff",
                "/api/courses?q=%c3",
                "/api/courses?limit=%ed%a0%80",
                "/?q=100%",
                "/health?%"
            })
    void queriesThatCantBeDecodedAreRefused(String path) throws Exception {
        assertTrue(raw("GET", path).startsWith("HTTP/1.1 400 "), raw("GET", path));
    }

    /** Writes to a socket, because Java's HTTP client can't send such addresses. */
    private static String raw(String method, String path) throws Exception {
        try (var socket = new Socket("127.0.0.1", app.port())) {
            socket.setSoTimeout(10_000);
            var request = "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".formatted(method, path);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/me",
                "/status",
                "/health",
                "/nothing",
                "/assets/x/nothing.css",
                "/api/courses?limit=1000",
                "/api/users/nonsense",
                "/log-out"
            })
    void headSaysWhatGetSaysWithoutItsBody(String path) {
        var get = app.get(path);
        var head = head(app, path).is(get.status());
        assertEquals("", head.body());
        for (var header : new String[] {"Content-Type", "Location", "Allow"}) {
            assertEquals(get.header(header), head.header(header), header);
        }
    }

    private static Answer head(TestApp at, String path) {
        var anyone = at.anyone();
        return anyone.send(anyone.request(path).HEAD());
    }

    @Test
    void headAnswers503WhenTheServiceIsUnavailable() {
        var services = TestServices.shared();
        var url = services.newDatabase();
        try (var lonely = RunningAcademy.start(Map.of("DATABASE_URL", url))) {
            var name = url.substring(url.lastIndexOf('/') + 1).split("\\?")[0];
            services.postgres().execute("postgres", "ALTER DATABASE %s ALLOW_CONNECTIONS false".formatted(name));
            services.postgres()
                    .execute(
                            "postgres",
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'"
                                    .formatted(name));
            head(lonely, "/health/ready").is(503);
            lonely.get("/health/ready").is(503);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAddressInAnyFormCountsAsOneForTheLimitByNetwork() {
        var limits = Map.of("TRUSTED_PROXY_HOPS", "1", "LOG_IN_TRIES_BY_ADDRESS", "5");
        try (var strict = RunningAcademy.start(limits)) {
            assertEquals(401, logIn(strict, "application/json", "::ffff:203.0.113.12"));
            for (var form : new String[] {
                "203.0.113.9:50001", "203.0.113.9:50002", "203.0.113.9", "::ffff:203.0.113.9", "[::ffff:203.0.113.9]:1"
            }) {
                assertEquals(401, logIn(strict, "application/json", form), form);
            }
            assertEquals(429, logIn(strict, "application/json", "203.0.113.9:50003"));
        }
    }

    /** A client can't hide the address that the proxy appended behind a quotation mark, and so get a count of its own. */
    @Test
    void aQuoteInTheHeaderHidesNoAddress() {
        try (var strict = RunningAcademy.start(Map.of("TRUSTED_PROXY_HOPS", "2", "LOG_IN_TRIES_BY_ADDRESS", "3"))) {
            for (var i = 0; i < 4; i++) {
                var header = "9.9.9.%d, 8.8.8.%d, \", 203.0.113.7, 10.0.0.1".formatted(i, i);
                assertEquals(i < 3 ? 401 : 429, logIn(strict, "application/json", header), header);
            }
        }
    }
}
