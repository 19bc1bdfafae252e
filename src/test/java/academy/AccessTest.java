package academy;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.courses.MadeCourse;
import dev.TestServices;
import dozen.http.Access;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests who may call which route. Each is called without a log-in, as a learner and as an admin, and with another learner's
 * ids: none of that learner's data may be read or changed.
 */
class AccessTest {
    private static final String NO_ID = "00000000-0000-7000-8000-000000000000";
    private static final String SECRET = "victim-4711@example.com";
    /** Routes that answer every caller, also without a log-in. */
    private static final Set<String> PUBLIC = Set.of(
            "GET /health",
            "GET /health/ready",
            "GET /openapi.json",
            "GET /docs",
            "GET /docs/{asset}",
            "GET /api/users/{id}",
            // for courses
            "GET /api/courses",
            "GET /api/courses/{id}",
            "GET /courses/{id}",
            // end
            // for certificates
            "GET /certificates/{id}",
            // end
            "GET /",
            "GET /sign-up",
            "GET /log-in",
            "GET /reset",
            "DELETE /api/sessions/current"); // without a log-in there is no session to end

    private static RunningAcademy app;
    private static String victim;
    private static String attacker;
    private static final List<String> ids = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        // There is no worker, which would change what is compared.
        app = RunningAcademy.start(
                // for files
                TestServices.shared().s3().settings()
                // end
                );
        ids.add(app.signUp(SECRET, "Victim"));
        victim = app.logIn(SECRET);
        app.signUp("attacker@example.com", "Attacker");
        attacker = app.logIn("attacker@example.com");
        // for courses
        var admin = app.admin();
        var made = MadeCourse.in(app, admin, "Hers", 1);
        ids.add(made.course());
        ids.addAll(made.lessons());
        // end
        // for learning
        app.post("/api/courses/" + made.course() + "/enrolment", "", victim);
        app.write("PUT", "/api/lessons/" + made.lessons().getFirst() + "/completion", "", victim);
        // end
        // for videos
        var upload = app.request("/api/lessons/" + made.lessons().getFirst() + "/video")
                .header("Content-Type", "video/mp4")
                .header("Cookie", admin)
                .PUT(BodyPublishers.ofByteArray(new byte[1000]));
        ids.add(json(app.send(upload)).at("/video/id").asText());
        // end
        // for certificates
        ids.add(json(app.get("/api/certificates", victim)).at("/items/0/id").asText());
        // end
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static HttpResponse<String> send(String operation, String id, String cookie, String body) {
        var parts = operation.split(" ");
        return app.write(parts[0], parts[1].replaceAll("[{<]\\w+[}>]", id), body, cookie);
    }

    @Test
    void noRouteReadsOrChangesAnotherAccountsData() {
        var before = all(victim);
        var leaks = new ArrayList<String>();
        for (var operation : app.accessByRoute().keySet()) {
            for (var id : ids) {
                if (app.get("/api/me", attacker).statusCode() == 401) attacker = app.logIn("attacker@example.com");
                var answer = send(operation, id, attacker, "{}");
                assertTrue(answer.statusCode() < 500, operation + ": " + answer.body());
                if (answer.body().contains(SECRET)) leaks.add(operation + " with " + id);
                var anonymous = send(operation, id, "", "{}");
                if (anonymous.statusCode() < 300 && !PUBLIC.contains(operation)) leaks.add("anonymous " + operation);
            }
        }
        assertEquals(List.of(), leaks);
        assertEquals(before, all(victim));
    }

    /** Everything that an account can read of its own data. */
    private static List<String> all(String cookie) {
        var seen = new ArrayList<String>();
        var paths = List.of(
                // for learning
                "/api/me/enrolments",
                // end
                // for certificates
                "/api/certificates",
                // end
                "/api/me");
        for (var path : paths) {
            var answer = app.get(path, cookie);
            assertEquals(200, answer.statusCode(), path);
            seen.add(answer.body());
        }
        return seen;
    }

    @Test
    void nobodyBecomesAdminByAskingForIt() {
        attacker = app.logIn("attacker@example.com");
        var bodies =
                Map.of("POST /api/accounts", """
                {"email": "m@example.com", "password": "correct horse battery", "name": "M", "role": "admin"}""", "PATCH /api/me", "{\"role\": \"admin\"}", "POST /api/sessions", """
                {"email": "attacker@example.com", "password": "correct horse battery", "role": "admin"}""");
        bodies.forEach((operation, body) ->
                assertEquals(422, send(operation, "", attacker, body).statusCode(), operation));
        assertEquals("learner", json(app.get("/api/me", attacker)).get("role").asText());
        var operations = app.accessByRoute().entrySet().stream()
                .filter(route -> route.getValue() == Access.ADMIN)
                .map(Map.Entry::getKey)
                .toList();
        assertFalse(operations.isEmpty());
        for (var operation : operations) {
            assertEquals(403, send(operation, ids.getFirst(), attacker, "{}").statusCode(), operation);
        }
    }

    @Test
    void everyRouteEnforcesItsAccess() {
        var cheap = Map.of("ARGON2_MEMORY_KIB", "7168", "ARGON2_ITERATIONS", "1");
        try (var plain = RunningAcademy.start(cheap)) {
            plain.signUp("learner@example.com");
            plain.admin();
            var wrong = new ArrayList<String>();
            plain.accessByRoute().forEach((route, access) -> {
                var isPage = !route.contains(" /api/");
                // Some routes end the session, so each is called with a new one.
                var nobody = ask(plain, route, "").statusCode();
                var learner =
                        ask(plain, route, plain.logIn("learner@example.com")).statusCode();
                var admin = ask(plain, route, plain.logIn("admin@example.com")).statusCode();
                var refused = isPage ? 303 : 401;
                var right = switch (access) {
                    case PUBLIC -> isLetIn(nobody) || route.endsWith(" /metrics");
                    case USER -> nobody == refused && isLetIn(learner) && isLetIn(admin);
                    case ADMIN -> nobody == refused && learner == 403 && isLetIn(admin);
                };
                if (!right) wrong.add("%s %s: %d %d %d".formatted(access, route, nobody, learner, admin));
            });
            assertEquals(List.of(), wrong);
            assertTrue(plain.accessByRoute().size() > 20);
            assertTrue(plain.accessByRoute().containsValue(Access.ADMIN));
        }
    }

    private static boolean isLetIn(int status) {
        // for files
        if (status == 503) return true; // no file storage is attached here
        // end
        return status != 401 && status != 403 && status < 500;
    }

    private static HttpResponse<String> ask(RunningAcademy plain, String route, String cookie) {
        var parts = route.split(" ");
        var isForm = !parts[1].startsWith("/api/");
        var request = plain.request(parts[1].replaceAll("[{<]\\w+[}>]", NO_ID))
                .header("Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json")
                .method(
                        parts[0],
                        parts[0].equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString(isForm ? "" : "{}"));
        if (!cookie.isEmpty()) request.header("Cookie", cookie);
        return plain.send(request);
    }

    @Test
    void metricsRequireTheToken() {
        var token = "a token of sixteen or more";
        try (var metered = RunningAcademy.start(Map.of("METRICS_TOKEN", token))) {
            metered.get("/health");
            assertEquals(401, metered.get("/metrics").statusCode());
            var wrong = metered.request("/metrics").header("Authorization", "Bearer wrong");
            assertEquals(401, metered.send(wrong).statusCode());
            var answer = metered.send(metered.request("/metrics").header("Authorization", "Bearer " + token));
            assertEquals(200, answer.statusCode());
            assertTrue(answer.body().contains("route=\"/health\""), answer.body());
        }
    }

    @Test
    void withoutATokenThereAreNoMetrics() {
        try (var metered = RunningAcademy.start()) {
            assertEquals(404, metered.get("/metrics").statusCode());
        }
    }
}
