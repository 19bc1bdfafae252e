package academy.certificates;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class CertificatesTest {
    @Test
    void onlyTheOwnerDownloadsTheFileAndVerificationHidesTheAddress() throws Exception {
        try (var app = RunningAcademy.withFiles()) {
            app.startWorker();
            var made = MadeCourse.in(app, app.admin(), "Hers", 1);
            var account = app.signUp("victim@example.com", "Victim");
            var victim = app.logIn("victim@example.com");
            app.signUp("attacker@example.com");
            var attacker = app.logIn("attacker@example.com");
            app.post("/api/courses/" + made.course() + "/enrolment", "", victim);
            app.write("PUT", "/api/lessons/" + made.lessons().getFirst() + "/completion", "", victim);
            var id = ready(app, victim);
            assertEquals(200, app.get("/api/certificates/" + id, victim).statusCode());
            assertEquals(404, app.get("/api/certificates/" + id, attacker).statusCode());
            assertEquals(
                    404, app.get("/api/certificates/" + id + "/pdf", attacker).statusCode());
            assertEquals(
                    302, app.get("/api/certificates/" + id + "/pdf", victim).statusCode());
            var page = app.get("/certificates/" + id);
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("Victim") && page.body().contains("Hers"));
            assertFalse(page.body().contains("@"));
            assertEquals(404, app.get("/certificates/" + account).statusCode());
        }
    }

    @Test
    void aCompletedCourseIssuesOneCertificate() throws Exception {
        try (var app = RunningAcademy.start()) {
            var made = MadeCourse.in(app, app.admin(), "All at once", 6);
            app.signUp("once@example.com");
            var cookie = app.logIn("once@example.com");
            var enrolment = "/api/courses/" + made.course() + "/enrolment";
            app.post(enrolment, "", cookie);
            assertEquals(List.of(), certificates(app, cookie));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var round = 0; round < 2; round++) {
                    threads.invokeAll(made.lessons().stream()
                            .map(lesson -> (Callable<Integer>)
                                    () -> app.write("PUT", "/api/lessons/" + lesson + "/completion", "", cookie)
                                            .statusCode())
                            .toList());
                }
            }
            assertEquals(List.of("All at once queued"), certificates(app, cookie));
            assertEquals(204, app.write("DELETE", enrolment, "", cookie).statusCode());
            assertEquals(List.of("All at once queued"), certificates(app, cookie));
        }
    }

    private static List<String> certificates(RunningAcademy app, String cookie) {
        var found = new ArrayList<String>();
        for (var each : json(app.get("/api/certificates", cookie)).get("items")) {
            found.add(each.get("course").asText() + " " + each.get("status").asText());
        }
        return found;
    }

    /** Waits until the certificate's file is made; returns the certificate's id. */
    private static String ready(RunningAcademy app, String cookie) throws InterruptedException {
        JsonNode certificate = null;
        for (var i = 0; i < 500; i++) {
            certificate = json(app.get("/api/certificates", cookie)).at("/items/0");
            if (certificate.path("status").asText().equals("ready")) break;
            Thread.sleep(20);
        }
        assertEquals("ready", certificate.path("status").asText());
        return certificate.get("id").asText();
    }
}
