package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.courses.MadeCourse;
import dev.TestServices;
import dozen.http.Access;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
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

    private static TestApp app;
    private static TestClient victim;
    private static TestClient attacker;
    private static final List<String> ids = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        // There is no worker, which would change what is compared.
        app = RunningAcademy.start(
                // for files
                TestServices.shared().s3().settings()
                // end
                );
        victim = app.as(SECRET);
        ids.add(victim.get("/api/me").text("/id"));
        attacker = app.logIn("attacker@example.com");
        // for courses
        var made = MadeCourse.in(app, "Hers", 1);
        ids.add(made.course());
        ids.addAll(made.lessons());
        // end
        // for learning
        victim.post("/api/courses/" + made.course() + "/enrolment").is(201);
        victim.put("/api/lessons/" + made.lessons().getFirst() + "/completion").is(200);
        // end
        // for videos
        var uploader = app.as("admin@example.com").with("Content-Type", "video/mp4");
        var upload = uploader.put("/api/lessons/" + made.lessons().getFirst() + "/video", "no film");
        ids.add(upload.is(202).text("/video/id"));
        // end
        // for certificates
        ids.add(victim.get("/api/certificates").text("/items/0/id"));
        // end
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static Answer send(String operation, String id, TestClient caller, String body) {
        var parts = operation.split(" ");
        return caller.write(parts[0], parts[1].replaceAll("[{<]\\w+[}>]", id), body);
    }

    @Test
    void noRouteReadsOrChangesAnotherAccountsData() {
        var before = all(victim);
        var leaks = new ArrayList<String>();
        for (var operation : app.accessByRoute().keySet()) {
            for (var id : ids) {
                if (attacker.get("/api/me").status() == 401) attacker = app.logIn("attacker@example.com");
                var answer = send(operation, id, attacker, "{}");
                assertTrue(answer.status() < 500, operation + ": " + answer.body());
                if (answer.body().contains(SECRET)) leaks.add(operation + " with " + id);
                var anonymous = send(operation, id, app.anyone(), "{}");
                if (anonymous.status() < 300 && !PUBLIC.contains(operation)) leaks.add("anonymous " + operation);
            }
        }
        assertEquals(List.of(), leaks);
        assertEquals(before, all(victim));
    }

    /** Everything that an account can read of its own data. */
    private static List<String> all(TestClient caller) {
        var paths = List.of(
                // for learning
                "/api/me/enrolments",
                // end
                // for certificates
                "/api/certificates",
                // end
                "/api/me");
        return paths.stream().map(path -> caller.get(path).is(200).body()).toList();
    }

    @Test
    void nobodyBecomesAdminByAskingForIt() {
        attacker = app.logIn("attacker@example.com");
        var bodies =
                Map.of("POST /api/accounts", """
                {"email": "m@example.com", "password": "correct horse battery", "name": "M", "role": "admin"}""", "PATCH /api/me", "{\"role\": \"admin\"}", "POST /api/sessions", """
                {"email": "attacker@example.com", "password": "correct horse battery", "role": "admin"}""");
        bodies.forEach((operation, body) -> send(operation, "", attacker, body).is(422));
        assertEquals("learner", attacker.get("/api/me").text("/role"));
    }

    @Test
    void everyRouteEnforcesItsAccess() {
        var cheap = Map.of("ARGON2_MEMORY_KIB", "7168", "ARGON2_ITERATIONS", "1");
        try (var plain = RunningAcademy.start(cheap)) {
            var wrong = new ArrayList<String>();
            plain.accessByRoute().forEach((route, access) -> {
                var isPage = !route.contains(" /api/");
                // Some routes end the session, so each is called with a new one.
                var nobody = ask(plain.anyone(), route);
                var learner = ask(plain.logIn("learner@example.com"), route);
                var admin = ask(plain.logIn("admin@example.com"), route);
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

    private static int ask(TestClient caller, String route) {
        var parts = route.split(" ");
        var path = parts[1].replaceAll("[{<]\\w+[}>]", NO_ID);
        if (parts[0].equals("GET")) return caller.get(path).status();
        return (path.startsWith("/api/") ? caller.write(parts[0], path, "{}") : caller.form(path, "")).status();
    }

    @Test
    void metricsRequireTheToken() {
        var token = "a token of sixteen or more";
        try (var metered = RunningAcademy.start(Map.of("METRICS_TOKEN", token))) {
            metered.get("/health").is(200);
            metered.get("/metrics").is(401);
            var scraper = metered.anyone();
            scraper.with("Authorization", "Bearer wrong").get("/metrics").is(401);
            var metrics = scraper.with("Authorization", "Bearer " + token).get("/metrics");
            assertTrue(metrics.is(200).body().contains("route=\"/health\""), metrics.body());
        }
    }

    @Test
    void withoutATokenThereAreNoMetrics() {
        app.get("/metrics").is(404);
    }
}
