package academy.courses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
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

class IdempotencyTest {
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

    private static Answer make(String title, String key) {
        return admin.with("Idempotency-Key", key).post("/api/courses", Map.of("title", title));
    }

    @Test
    void theSameKeyAndRequestGetTheSameAnswerAgain() {
        var first = make("Once", "key-1").is(201);
        var second = make("Once", "key-1").is(201);
        assertEquals(first.body(), second.body());
        assertEquals(first.header("Location"), second.header("Location"));
        assertEquals("true", second.header("Idempotency-Replayed"));
    }

    @Test
    void anotherBodyUnderTheSameKeyIsRefused() {
        make("A", "key-2").is(201);
        make("B", "key-2").is(422);
        make("B", "k".repeat(256)).is(400);
        make("B", "with a space").is(400);
    }

    @Test
    void keysOfDifferentCallersHaveNothingToDoWithEachOther() {
        for (var caller : List.of(admin, app.as("learner@example.com"))) {
            var answer = caller.with("Idempotency-Key", "key-3").patch("/api/me", Map.of("about", "me"));
            assertEquals("", answer.is(200).header("Idempotency-Replayed"));
        }
    }

    @Test
    void aRefusedRequestMayBeCorrectedUnderItsKey() {
        make("", "key-4").is(422);
        make("Corrected", "key-4").is(201);
    }

    @Test
    void manyAtOnceDoItOnce() throws Exception {
        var keyed = app.anyone().with("Idempotency-Key", "key-5");
        var many = Map.of("email", "many@example.com", "password", RunningAcademy.PASSWORD, "name", "Many");
        Callable<Answer> signUp = () -> keyed.post("/api/accounts", many);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var created = 0;
            for (var each : threads.invokeAll(Collections.nCopies(10, signUp))) {
                var answer = each.get();
                var isFresh = answer.header("Idempotency-Replayed").isEmpty();
                if (answer.status() == 201 && isFresh) created++;
                else assertTrue(List.of(201, 409).contains(answer.status()), answer.body());
            }
            assertEquals(1, created);
        }
        assertEquals("Many", signUp.call().text("/name"));
    }

    @Test
    void aRepeatedSignUpDoesNotCountAsAnother() {
        try (var strict = RunningAcademy.start(Map.of("SIGN_UPS_BY_ADDRESS", "1"))) {
            var keyed = strict.anyone().with("Idempotency-Key", "key-9");
            var account = Map.of("email", "nine@example.com", "password", RunningAcademy.PASSWORD, "name", "Nine");
            for (var i = 0; i < 3; i++) keyed.post("/api/accounts", account).is(201);
        }
    }

    @Test
    void theChangeAndItsAnswerAreKeptTogetherOrNotAtAll() {
        var lessons = "/api/courses/%s/lessons"
                .formatted(MadeCourse.in(app, "Atomic", 0).course());
        var keyed = admin.with("Idempotency-Key", "key-7");
        var count =
                "SELECT count(*) FROM lessons JOIN courses ON courses.id = course_id WHERE courses.title = 'Atomic'";
        // Storing the response fails, as when the process is killed before it. The change is then rolled back, too.
        app.execute("ALTER TABLE idempotency_keys ADD CONSTRAINT broken CHECK (false) NOT VALID");
        try {
            keyed.post(lessons, Map.of("title", "One")).is(500);
        } finally {
            app.execute("ALTER TABLE idempotency_keys DROP CONSTRAINT broken");
        }
        assertEquals(0, app.count(count));
        for (var i = 0; i < 3; i++) keyed.post(lessons, Map.of("title", "One")).is(201);
        assertEquals(1, app.count(count));
    }

    @Test
    void aTakenSlugIsAConflictWithAKeyAsWithout() {
        var course = MadeCourse.in(app, "Slug one", 0).course();
        MadeCourse.in(app, "Slug two", 0);
        var keyed = admin.with("Idempotency-Key", "key-8");
        keyed.patch("/api/courses/" + course, Map.of("slug", "slug-two")).is(409);
    }

    @Test
    void afterADayTheKeyIsFree() {
        make("Day one", "key-6").is(201);
        app.execute("UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'");
        make("Day two", "key-6").is(201);
    }
}
