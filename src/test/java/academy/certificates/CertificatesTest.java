package academy.certificates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import dozen.testing.TestClient;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class CertificatesTest {
    @Test
    void onlyTheOwnerDownloadsTheFileAndVerificationHidesTheAddress() {
        try (var app = RunningAcademy.withFiles()) {
            var course = MadeCourse.in(app, "Hers", 1);
            var account = RunningAcademy.signUp(app.anyone(), "zoe@example.com", "Zoë");
            var lesson = course.lessons().getFirst();
            var zoe = app.as("zoe@example.com");
            zoe.post("/api/courses/" + course.course() + "/enrolment").is(201);
            zoe.put("/api/lessons/" + lesson + "/completion").is(200);
            app.runJobs();
            assertEquals(List.of("Hers ready"), certificates(zoe));
            var mail = app.mails().await("Your certificate");
            assertEquals("zoe@example.com", mail.to());

            var id = zoe.get("/api/certificates").text("/items/0/id");
            zoe.get("/api/certificates/" + id).is(200);
            zoe.get("/api/certificates/" + id + "/pdf").is(302);
            var attacker = app.as("attacker@example.com");
            attacker.get("/api/certificates/" + id).is(404);
            attacker.get("/api/certificates/" + id + "/pdf").is(404);

            var page = app.get("/certificates/" + id).is(200).body();
            assertTrue(page.contains("Zoë") && page.contains("Hers"));
            assertFalse(page.contains("@"));
            app.get("/certificates/" + account).is(404);
        }
    }

    @Test
    void aFileIsMadeAtTheNextCompletionAfterItsJobWasDiscarded() {
        try (var app = RunningAcademy.withFiles()) {
            var course = MadeCourse.in(app, "Again", 1);
            var zoe = app.as("zoe@example.com");
            zoe.post("/api/courses/" + course.course() + "/enrolment").is(201);
            var completion = "/api/lessons/" + course.lessons().getFirst() + "/completion";
            zoe.put(completion).is(200);
            app.execute("DELETE FROM jobs");
            zoe.put(completion).is(200);
            app.runJobs();
            assertEquals(List.of("Again ready"), certificates(zoe));
        }
    }

    @Test
    void aCompletedCourseIssuesOneCertificate() throws Exception {
        try (var app = RunningAcademy.start()) {
            var course = MadeCourse.in(app, "All at once", 6);
            var zoe = app.as("zoe@example.com");
            var enrolment = "/api/courses/" + course.course() + "/enrolment";
            zoe.post(enrolment).is(201);
            assertEquals(List.of(), certificates(zoe));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var round = 0; round < 2; round++) {
                    threads.invokeAll(course.lessons().stream()
                            .map(lesson -> (Callable<?>) () -> zoe.put("/api/lessons/" + lesson + "/completion"))
                            .toList());
                }
            }
            assertEquals(List.of("All at once queued"), certificates(zoe));
            zoe.delete(enrolment).is(204);
            assertEquals(List.of("All at once queued"), certificates(zoe));
        }
    }

    private static List<String> certificates(TestClient learner) {
        return learner.get("/api/certificates")
                .is(200)
                .at("/items")
                .valueStream()
                .map(each ->
                        each.get("course").asText() + " " + each.get("status").asText())
                .toList();
    }
}
