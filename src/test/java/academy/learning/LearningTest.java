package academy.learning;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LearningTest {
    private static RunningAcademy app;
    private static String admin;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start();
        admin = app.admin();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static String learner(String email) {
        app.signUp(email);
        return app.logIn(email);
    }

    private static HttpResponse<String> complete(String lesson, String cookie) {
        return app.write("PUT", "/api/lessons/" + lesson + "/completion", "", cookie);
    }

    @Test
    void lessonsComeInTheOrderInWhichTheyWereAdded() throws Exception {
        var course = MadeCourse.in(app, admin, "In order", 0).course();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<Callable<HttpResponse<String>>>();
            for (var i = 0; i < 8; i++) {
                tasks.add(() -> app.post("/api/courses/" + course + "/lessons", "{\"title\": \"L\"}", admin));
            }
            for (var answer : threads.invokeAll(tasks))
                assertEquals(201, answer.get().statusCode());
        }
        var positions = json(app.get("/api/courses/" + course)).get("lessons").findValuesAsText("position");
        assertEquals(List.of("1", "2", "3", "4", "5", "6", "7", "8"), positions);
        var lessons = "/api/courses/" + course + "/lessons";
        assertEquals(422, app.post(lessons, "{\"title\": \"\"}", admin).statusCode());
        assertEquals(401, app.post(lessons, "{\"title\": \"L\"}").statusCode());
        assertEquals(
                403,
                app.post(lessons, "{\"title\": \"L\"}", learner("no@example.com"))
                        .statusCode());
        var nowhere = "/api/courses/00000000-0000-7000-8000-000000000000/lessons";
        assertEquals(404, app.post(nowhere, "{\"title\": \"L\"}", admin).statusCode());
    }

    @Test
    void theLastLessonCompletesTheCourse() {
        var made = MadeCourse.in(app, admin, "Two lessons", 2);
        var cookie = learner("two@example.com");
        assertEquals(409, complete(made.lessons().getFirst(), cookie).statusCode());
        var enrolment = "/api/courses/" + made.course() + "/enrolment";
        assertEquals(404, app.get(enrolment, cookie).statusCode());
        assertEquals(201, app.post(enrolment, "", cookie).statusCode());
        assertEquals(200, app.post(enrolment, "", cookie).statusCode());
        var half = json(complete(made.lessons().getFirst(), cookie));
        assertEquals(1, half.get("completedLessons").asInt());
        assertTrue(half.get("completedAt").isNull());
        for (var i = 0; i < 2; i++) {
            var whole = json(complete(made.lessons().getLast(), cookie));
            assertEquals(2, whole.get("completedLessons").asInt());
            assertTrue(whole.get("completedAt").isTextual());
        }
        assertEquals(1, json(app.get("/api/me/enrolments", cookie)).get("items").size());
        assertEquals(204, app.write("DELETE", enrolment, "", cookie).statusCode());
        assertEquals(404, app.write("DELETE", enrolment, "", cookie).statusCode());
    }

    @Test
    void allLessonsAtOnceCompleteTheCourse() throws Exception {
        var made = MadeCourse.in(app, admin, "All at once", 6);
        var cookie = learner("once@example.com");
        var enrolment = "/api/courses/" + made.course() + "/enrolment";
        app.post(enrolment, "", cookie);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = made.lessons().stream()
                    .map(lesson -> (Callable<HttpResponse<String>>) () -> complete(lesson, cookie))
                    .toList();
            for (var answer : threads.invokeAll(tasks))
                assertEquals(200, answer.get().statusCode());
        }
        assertTrue(json(app.get(enrolment, cookie)).get("completedAt").isTextual());
    }
}
