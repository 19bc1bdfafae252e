package academy.accounts;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private static RunningAcademy app;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    @Test
    void aChangedNameIsSeenByOthersAtOnceAndTheProfileIsMoreComplete() {
        var id = app.signUp("zoe@example.com");
        var cookie = app.logIn("zoe@example.com");
        assertEquals("Somebody", json(app.get("/api/users/" + id)).get("name").asText());
        var changed = json(app.write("PATCH", "/api/me", """
                {"name": "Zoë", "timeZone": "Europe/Vienna"}""", cookie));
        assertEquals("Europe/Vienna", changed.get("timeZone").asText());
        assertEquals(70, changed.get("completeness").asInt());
        assertEquals("Zoë", json(app.get("/api/users/" + id)).get("name").asText());
        var whole = json(app.write("PATCH", "/api/me", "{\"about\": \"Learns.\", \"letters\": false}", cookie));
        assertEquals(100, whole.get("completeness").asInt());
        assertEquals("Zoë", whole.get("name").asText());
    }

    @Test
    void invalidProfilesAreRefused() {
        app.signUp("eve@example.com");
        var cookie = app.logIn("eve@example.com");
        for (var body : List.of(
                "{\"role\": \"admin\"}",
                "{\"email\": \"other@example.com\"}",
                "{\"completeness\": 100}",
                "{\"id\": \"00000000-0000-0000-0000-000000000000\"}",
                "{\"timeZone\": \"Mars/Olympus\"}",
                "{\"name\": null}",
                "{\"name\": \" \"}",
                "{\"letters\": null}",
                "{\"letters\": \"yes\"}")) {
            assertEquals(422, app.write("PATCH", "/api/me", body, cookie).statusCode(), body);
        }
        assertEquals("learner", json(app.get("/api/me", cookie)).get("role").asText());
        assertEquals(401, app.write("PATCH", "/api/me", "{}", "").statusCode());
    }

    @Test
    void theTaskComputesWhatOldAccountsLackAndFindsNothingWhenRunAgain() {
        try (var postgres = app.postgres()) {
            postgres.jdbi().useHandle(handle -> handle.execute("""
                    INSERT INTO accounts (email, name, password, about)
                    SELECT 'old' || i || '@example.com', 'Old', 'none', CASE WHEN i % 2 = 0 THEN 'words' ELSE '' END
                    FROM generate_series(1, 2500) AS i
                    """));
            for (var run = 0; run < 2; run++) {
                AccountTasks.backfillCompleteness(postgres.jdbi(), List.of());
                var counts = postgres.jdbi()
                        .withHandle(handle ->
                                handle.createQuery("""
                                SELECT array[count(*) FILTER (WHERE completeness = 40),
                                    count(*) FILTER (WHERE completeness = 70), count(*) FILTER (WHERE completeness IS NULL)]
                                FROM accounts WHERE email LIKE 'old%'
                                """).mapTo(Long[].class).one());
                assertEquals(List.of(1250L, 1250L, 0L), List.of(counts));
            }
        }
        assertTrue(app.get("/health/ready").statusCode() == 200);
    }
}
