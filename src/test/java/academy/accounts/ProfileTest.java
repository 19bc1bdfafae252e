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
    private static RunningAcademy academy;

    @BeforeAll
    static void start() {
        academy = RunningAcademy.start();
    }

    @AfterAll
    static void stop() {
        academy.close();
    }

    @Test
    void aChangedNameIsSeenByOthersAtOnceAndTheProfileIsMoreComplete() {
        var id = academy.signUp("zoe@example.com");
        var cookie = academy.logIn("zoe@example.com");
        assertEquals(
                "Somebody", json(academy.get("/api/users/" + id)).get("name").asText());
        var changed = json(academy.write("PATCH", "/api/me", """
                {"name": "Zoë", "timeZone": "Europe/Vienna"}""", cookie));
        assertEquals("Europe/Vienna", changed.get("timeZone").asText());
        assertEquals(70, changed.get("completeness").asInt());
        assertEquals("Zoë", json(academy.get("/api/users/" + id)).get("name").asText());
        var whole = json(academy.write("PATCH", "/api/me", "{\"about\": \"Learns.\", \"letters\": false}", cookie));
        assertEquals(100, whole.get("completeness").asInt());
        assertEquals("Zoë", whole.get("name").asText());
    }

    @Test
    void invalidProfilesAreRefused() {
        academy.signUp("eve@example.com");
        var cookie = academy.logIn("eve@example.com");
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
            assertEquals(422, academy.write("PATCH", "/api/me", body, cookie).statusCode(), body);
        }
        assertEquals("learner", json(academy.get("/api/me", cookie)).get("role").asText());
        assertEquals(401, academy.write("PATCH", "/api/me", "{}", "").statusCode());
    }

    @Test
    void theTaskComputesWhatOldAccountsLackAndFindsNothingWhenRunAgain() {
        try (var postgres = academy.postgres()) {
            postgres.jdbi().useHandle(handle -> handle.execute("""
                    INSERT INTO accounts (email, name, password, about)
                    SELECT 'old' || i || '@example.com', 'Old', 'none', CASE WHEN i % 2 = 0 THEN 'words' ELSE '' END
                    FROM generate_series(1, 2500) AS i
                    """));
            for (var run = 0; run < 2; run++) {
                BackfillCompleteness.run(postgres.jdbi(), List.of());
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
        assertTrue(academy.get("/health/ready").statusCode() == 200);
    }
}
