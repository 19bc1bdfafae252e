package academy;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls every route with another learner's ids. None of that learner's data may be read or changed. */
class OthersDataTest {
    private static final String SECRET = "victim-4711@example.com";
    /** Routes that answer every caller, also without a log-in. */
    private static final Set<String> PUBLIC = Set.of(
            "GET /health",
            "GET /health/ready",
            "GET /openapi.json",
            "GET /docs",
            "GET /docs/{asset}",
            "GET /api/users/{id}",
            "GET /api/courses",
            "GET /api/courses/{id}",
            "GET /certificates/{id}",
            "GET /",
            "GET /sign-up",
            "GET /log-in",
            "GET /reset",
            "GET /courses/{id}",
            "DELETE /api/sessions/current"); // without a log-in there is no session to end

    private static RunningAcademy academy;
    private static String victim;
    private static String attacker;
    private static List<String> ids;

    @BeforeAll
    static void start() throws Exception {
        academy = RunningAcademy.withFiles();
        academy.startWorker();
        var admin = academy.admin();
        var made = academy.course(admin, "Hers", 1);
        var account = academy.signUp(SECRET, "Victim");
        victim = academy.logIn(SECRET);
        academy.signUp("attacker@example.com", "Attacker");
        attacker = academy.logIn("attacker@example.com");
        academy.post("/api/courses/" + made.course() + "/enrolment", "", victim);
        academy.write("PUT", "/api/lessons/" + made.lessons().getFirst() + "/completion", "", victim);
        var upload =
                academy.send(academy.request("/api/lessons/" + made.lessons().getFirst() + "/video")
                        .header("Content-Type", "video/mp4")
                        .header("Cookie", admin)
                        .PUT(BodyPublishers.ofByteArray(new byte[1000])));
        JsonNode certificate = null;
        for (var i = 0;
                i < 500
                        && (certificate == null
                                || !certificate.get("status").asText().equals("ready"));
                i++) {
            Thread.sleep(20);
            certificate = json(academy.get("/api/certificates", victim)).at("/items/0");
        }
        ids = List.of(
                account,
                made.course(),
                made.lessons().getFirst(),
                certificate.get("id").asText(),
                json(upload).at("/video/id").asText());
    }

    @AfterAll
    static void stop() {
        academy.close();
    }

    private static HttpResponse<String> send(String operation, String id, String cookie, String body) {
        var parts = operation.split(" ");
        return academy.write(parts[0], parts[1].replaceAll("[{<]\\w+[}>]", id), body, cookie);
    }

    @Test
    void noRouteGivesAwayOrChangesWhatIsAnothersOwn() {
        var before = all(victim);
        var leaks = new ArrayList<String>();
        for (var operation : academy.accessByRoute().keySet()) {
            for (var id : ids) {
                if (academy.get("/api/me", attacker).statusCode() == 401)
                    attacker = academy.logIn("attacker@example.com");
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
        for (var path : List.of("/api/me", "/api/certificates", "/api/me/enrolments")) {
            var answer = academy.get(path, cookie);
            assertEquals(200, answer.statusCode(), path);
            seen.add(answer.body());
        }
        return seen;
    }

    @Test
    void herCertificateIsHersAndThePageThatVerifiesItHidesHerAddress() {
        attacker = academy.logIn("attacker@example.com");
        var id = ids.get(3);
        assertEquals(200, academy.get("/api/certificates/" + id, victim).statusCode());
        assertEquals(404, academy.get("/api/certificates/" + id, attacker).statusCode());
        assertEquals(
                404, academy.get("/api/certificates/" + id + "/pdf", attacker).statusCode());
        assertEquals(
                302, academy.get("/api/certificates/" + id + "/pdf", victim).statusCode());
        var page = academy.get("/certificates/" + id);
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("Victim") && page.body().contains("Hers"));
        assertFalse(page.body().contains("@"));
        assertEquals(404, academy.get("/certificates/" + ids.get(0)).statusCode());
    }

    @Test
    void nobodyBecomesAdminByAskingForIt() {
        attacker = academy.logIn("attacker@example.com");
        var bodies =
                Map.of("POST /api/accounts", """
                {"email": "m@example.com", "password": "correct horse battery", "name": "M", "role": "admin"}""", "PATCH /api/me", "{\"role\": \"admin\"}", "POST /api/sessions", """
                {"email": "attacker@example.com", "password": "correct horse battery", "role": "admin"}""");
        bodies.forEach((operation, body) ->
                assertEquals(422, send(operation, "", attacker, body).statusCode(), operation));
        assertEquals(
                "learner", json(academy.get("/api/me", attacker)).get("role").asText());
        for (var operation : List.of(
                "POST /api/courses",
                "PATCH /api/courses/{id}",
                "POST /api/courses/{id}/lessons",
                "PUT /api/lessons/{id}/video")) {
            assertEquals(403, send(operation, ids.get(1), attacker, "{}").statusCode(), operation);
        }
    }
}
