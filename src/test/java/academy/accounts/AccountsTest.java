package academy.accounts;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.TestServices;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

class AccountsTest {
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
    void somebodySignsUpLogsInAndOut() {
        var id = academy.signUp("zoe@example.com");
        assertEquals(401, academy.get("/api/me").statusCode());
        var cookie = academy.logIn("zoe@example.com");
        var me = json(academy.get("/api/me", cookie));
        assertEquals(id, me.get("id").asText());
        assertEquals("learner", me.get("role").asText());
        assertFalse(me.has("password"));
        assertEquals(
                204,
                academy.write("DELETE", "/api/sessions/current", "", cookie).statusCode());
        assertEquals(401, academy.get("/api/me", cookie).statusCode());
    }

    @Test
    void anAddressHasOneAccountWhateverItsCase() {
        academy.signUp("one@example.com");
        var again = academy.post("/api/accounts", """
                {"email": "ONE@example.com", "password": "another password", "name": "Somebody else"}""");
        assertEquals(409, again.statusCode());
        assertNotEquals("", academy.logIn("One@Example.com"));
    }

    @Test
    void aWrongPasswordAndAnUnknownAddressGetTheSameAnswer() {
        academy.signUp("known@example.com");
        var wrong = academy.post("/api/sessions", """
                {"email": "known@example.com", "password": "wrong horse battery"}""");
        var unknown = academy.post("/api/sessions", """
                {"email": "unknown@example.com", "password": "wrong horse battery"}""");
        assertEquals(401, wrong.statusCode());
        assertEquals(401, unknown.statusCode());
        assertEquals(json(wrong).get("detail"), json(unknown).get("detail"));
    }

    @Test
    void everyBadFieldIsNamed() {
        var answer = academy.post("/api/accounts", """
                {"email": "nobody", "password": "short", "name": " "}""");
        assertEquals(422, answer.statusCode());
        assertEquals("""
                [{"field":"email","message":"is not a mail address"},\
                {"field":"password","message":"needs 12 characters at least"},\
                {"field":"name","message":"must not be blank"}]""", json(answer).get("errors").toString());
    }

    @Test
    void nobodySignsUpAsAdmin() {
        var answer = academy.post("/api/accounts", """
                {"email": "eve@example.com", "password": "correct horse battery", "name": "Eve", "role": "admin"}""");
        assertEquals(422, answer.statusCode());
        assertEquals("role", json(answer).at("/errors/0/field").asText());
    }

    @Test
    void aLogInEndsTheSessionThatCameWithIt() {
        academy.signUp("twice@example.com");
        var first = academy.logIn("twice@example.com");
        var answer = academy.post("/api/sessions", """
                {"email": "twice@example.com", "password": "%s"}""".formatted(RunningAcademy.PASSWORD), first);
        assertEquals(201, answer.statusCode());
        assertEquals(401, academy.get("/api/me", first).statusCode());
    }

    @Test
    void othersSeeTheNameAloneAndTheSecondReadComesFromTheCache() throws Exception {
        var id = academy.signUp("public@example.com");
        var path = "/api/users/" + id;
        assertEquals(
                "{\"id\":\"%s\",\"name\":\"Somebody\"}".formatted(id),
                academy.get(path).body());
        try (var postgres = academy.postgres()) {
            postgres.jdbi().useHandle(handle -> handle.execute("UPDATE accounts SET name = 'Renamed'"));
        }
        assertEquals("Somebody", json(academy.get(path)).get("name").asText());
        assertEquals(404, academy.get("/api/users/" + new java.util.UUID(1, 1)).statusCode());
        assertEquals(404, academy.get("/api/users/1").statusCode());
    }

    @Test
    void theCookieIsForThisServerAloneAndSecureBehindHttps() {
        academy.signUp("cookie@example.com");
        var body = """
                {"email": "cookie@example.com", "password": "%s"}""".formatted(RunningAcademy.PASSWORD);
        var plain = academy.post("/api/sessions", body)
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        assertTrue(plain.matches("session=[\\w-]{43}; Path=/; .*HttpOnly; SameSite=Lax"), plain);
        var https = Map.of("PUBLIC_URL", "https://academy.example.com", "DATABASE_URL", academy.databaseUrl());
        try (var secure = RunningAcademy.start(https)) {
            var cookie = secure.post("/api/sessions", body)
                    .headers()
                    .firstValue("Set-Cookie")
                    .orElseThrow();
            assertTrue(cookie.matches("__Host-session=[\\w-]{43}; Path=/; .*Secure; HttpOnly; SameSite=Lax"), cookie);
        }
    }

    @Test
    void redisKnowsNoTokenAndForgetsTheSessionInTime() {
        academy.signUp("hash@example.com");
        var token = academy.logIn("hash@example.com").substring("session=".length());
        try (var redis = RedisClient.create(TestServices.shared().redis().url())) {
            var keys = redis.keys("session:*");
            assertTrue(keys.stream().noneMatch(key -> key.contains(token)));
            assertTrue(keys.stream().allMatch(key -> redis.ttl(key) > 300 * 3600 && redis.ttl(key) <= 336 * 3600));
        }
    }
}
