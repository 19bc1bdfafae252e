package academy.courses;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
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

    private static HttpResponse<String> post(String path, String body, String cookie, String key) {
        var request = app.request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body));
        if (!cookie.isEmpty()) request.header("Cookie", cookie);
        return app.send(request);
    }

    @Test
    void theSameKeyAndRequestGetTheSameAnswerAgain() {
        var first = post("/api/courses", "{\"title\": \"Once\"}", admin, "key-1");
        var second = post("/api/courses", "{\"title\": \"Once\"}", admin, "key-1");
        assertEquals(201, first.statusCode());
        assertEquals(201, second.statusCode());
        assertEquals(first.body(), second.body());
        assertEquals(first.headers().firstValue("Location"), second.headers().firstValue("Location"));
        assertEquals("true", second.headers().firstValue("Idempotency-Replayed").orElse(""));
    }

    @Test
    void anotherBodyUnderTheSameKeyIsRefused() {
        assertEquals(
                201, post("/api/courses", "{\"title\": \"A\"}", admin, "key-2").statusCode());
        assertEquals(
                422, post("/api/courses", "{\"title\": \"B\"}", admin, "key-2").statusCode());
        assertEquals(
                400,
                post("/api/courses", "{\"title\": \"B\"}", admin, "k".repeat(256))
                        .statusCode());
        assertEquals(
                400,
                post("/api/courses", "{\"title\": \"B\"}", admin, "with a space")
                        .statusCode());
    }

    @Test
    void keysOfDifferentCallersHaveNothingToDoWithEachOther() {
        app.signUp("learner@example.com");
        var learner = app.logIn("learner@example.com");
        var body = "{\"about\": \"me\"}";
        for (var cookie : List.of(admin, learner)) {
            var answer = app.send(app.request("/api/me")
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", "key-3")
                    .header("Cookie", cookie)
                    .method("PATCH", BodyPublishers.ofString(body)));
            assertEquals(200, answer.statusCode());
            assertTrue(answer.headers().firstValue("Idempotency-Replayed").isEmpty());
        }
    }

    @Test
    void aRefusedRequestMayBeCorrectedUnderItsKey() {
        assertEquals(
                422, post("/api/courses", "{\"title\": \"\"}", admin, "key-4").statusCode());
        assertEquals(
                201,
                post("/api/courses", "{\"title\": \"Corrected\"}", admin, "key-4")
                        .statusCode());
    }

    @Test
    void manyAtOnceDoItOnce() throws Exception {
        var body = """
                {"email": "many@example.com", "password": "correct horse battery", "name": "Many"}""";
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = IntStream.range(0, 10)
                    .mapToObj(_ -> (Callable<HttpResponse<String>>) () -> post("/api/accounts", body, "", "key-5"))
                    .toList();
            var created = 0;
            for (var answer : threads.invokeAll(tasks)) {
                var fresh = answer.get()
                        .headers()
                        .firstValue("Idempotency-Replayed")
                        .isEmpty();
                if (answer.get().statusCode() == 201 && fresh) created++;
                else
                    assertTrue(
                            List.of(201, 409).contains(answer.get().statusCode()),
                            answer.get().body());
            }
            assertEquals(1, created);
        }
        assertEquals(
                "Many",
                json(post("/api/accounts", body, "", "key-5")).get("name").asText());
    }

    @Test
    void theChangeAndItsAnswerAreKeptTogetherOrNotAtAll() {
        var lesson = "/api/courses/%s/lessons"
                .formatted(MadeCourse.in(app, admin, "Atomic", 0).course());
        // Storing the response fails, as when the process is killed before it. The change is then rolled back, too.
        app.execute("ALTER TABLE idempotency_keys RENAME TO elsewhere");
        try {
            assertEquals(
                    500, post(lesson, "{\"title\": \"One\"}", admin, "key-7").statusCode());
        } finally {
            app.execute("ALTER TABLE elsewhere RENAME TO idempotency_keys");
        }
        assertEquals(
                0,
                app.count(
                        "SELECT count(*) FROM lessons JOIN courses ON courses.id = course_id WHERE courses.title = 'Atomic'"));
        for (var i = 0; i < 3; i++)
            assertEquals(
                    201, post(lesson, "{\"title\": \"One\"}", admin, "key-7").statusCode());
        assertEquals(
                1,
                app.count(
                        "SELECT count(*) FROM lessons JOIN courses ON courses.id = course_id WHERE courses.title = 'Atomic'"));
    }

    @Test
    void aTakenSlugIsAConflictWithAKeyAsWithout() {
        var course = MadeCourse.in(app, admin, "Slug one", 0).course();
        MadeCourse.in(app, admin, "Slug two", 0);
        var taken = app.request("/api/courses/" + course)
                .header("Content-Type", "application/json")
                .header("Cookie", admin)
                .header("Idempotency-Key", "key-8")
                .method("PATCH", BodyPublishers.ofString("{\"slug\": \"slug-two\"}"));
        assertEquals(409, app.send(taken).statusCode());
    }

    @Test
    void afterADayTheKeyIsFree() {
        assertEquals(
                201,
                post("/api/courses", "{\"title\": \"Day one\"}", admin, "key-6").statusCode());
        try (var postgres = app.postgres()) {
            postgres.jdbi()
                    .useHandle(handle -> handle.execute(
                            "UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'"));
        }
        assertEquals(
                201,
                post("/api/courses", "{\"title\": \"Day two\"}", admin, "key-6").statusCode());
    }
}
