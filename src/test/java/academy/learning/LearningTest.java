package academy.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LearningTest {
    private static final Map<String, String> LESSON = Map.of("title", "L");
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

    private static Answer complete(TestClient learner, String lesson) {
        return learner.put("/api/lessons/" + lesson + "/completion");
    }

    private static void allAtOnce(List<Callable<Answer>> requests, int status) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(requests)) answer.get().is(status);
        }
    }

    @Test
    void onlyWhoMayOpenALessonReadsItsText() {
        var course = "/api/courses/" + MadeCourse.in(app, "Closed", 0).course();
        admin.post(course + "/lessons", Map.of("title", "L", "text", "for the enrolled"))
                .is(201);
        var learner = app.as("reader@example.com");
        for (var reader : List.of(app.anyone(), learner)) {
            assertTrue(reader.get(course).at("/lessons/0/text").isNull());
        }
        learner.post(course + "/enrolment").is(201);
        for (var reader : List.of(learner, admin)) {
            assertEquals("for the enrolled", reader.get(course).text("/lessons/0/text"));
        }
    }

    @Test
    void lessonsComeInTheOrderInWhichTheyWereAdded() throws Exception {
        var course = "/api/courses/" + MadeCourse.in(app, "In order", 0).course();
        var lessons = course + "/lessons";
        allAtOnce(Collections.nCopies(8, () -> admin.post(lessons, LESSON)), 201);
        assertEquals(
                List.of("1", "2", "3", "4", "5", "6", "7", "8"),
                app.get(course).at("/lessons").findValuesAsText("position"));
        admin.post(lessons, Map.of("title", "")).is(422);
        admin.post("/api/courses/00000000-0000-7000-8000-000000000000/lessons", LESSON)
                .is(404);
    }

    @Test
    void theLastLessonCompletesTheCourse() {
        var made = MadeCourse.in(app, "Two lessons", 2);
        var enrolment = "/api/courses/" + made.course() + "/enrolment";
        var zoe = app.as("zoe@example.com");
        complete(zoe, made.lessons().getFirst()).is(409);
        zoe.get(enrolment).is(404);
        zoe.post(enrolment).is(201);
        zoe.post(enrolment).is(200);
        var half = complete(zoe, made.lessons().getFirst()).is(200);
        assertEquals(1, half.at("/completedLessons").asInt());
        assertTrue(half.at("/completedAt").isNull());
        for (var i = 0; i < 2; i++) {
            var whole = complete(zoe, made.lessons().getLast()).is(200);
            assertEquals(2, whole.at("/completedLessons").asInt());
            assertTrue(whole.at("/completedAt").isTextual());
        }
        assertEquals(1, zoe.get("/api/me/enrolments").at("/items").size());
        zoe.delete(enrolment).is(204);
        zoe.delete(enrolment).is(404);
    }

    @Test
    void allLessonsAtOnceCompleteTheCourse() throws Exception {
        var made = MadeCourse.in(app, "All at once", 6);
        var enrolment = "/api/courses/" + made.course() + "/enrolment";
        var leo = app.as("leo@example.com");
        leo.post(enrolment).is(201);
        allAtOnce(
                made.lessons().stream()
                        .map(lesson -> (Callable<Answer>) () -> complete(leo, lesson))
                        .toList(),
                200);
        assertTrue(leo.get(enrolment).at("/completedAt").isTextual());
    }
}
