package academy.accounts;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.TestServices;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

class AccountsTest {
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
    void somebodySignsUpLogsInAndOut() {
        var id = app.signUp("zoe@example.com");
        assertEquals(401, app.get("/api/me").statusCode());
        var cookie = app.logIn("zoe@example.com");
        var me = json(app.get("/api/me", cookie));
        assertEquals(id, me.get("id").asText());
        assertEquals("learner", me.get("role").asText());
        assertFalse(me.has("password"));
        assertEquals(
                204, app.write("DELETE", "/api/sessions/current", "", cookie).statusCode());
        assertEquals(401, app.get("/api/me", cookie).statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "You won! https://evil.example",
                "You won at www.evil.example",
                "You won at evil.example now",
                "write to me@evil.example",
                "ftp://x",
                "You won: t.co/AbC1",
                "see evil-x.com",
                "pay 192.0.2.1/now",
                "two\\nlines",
                "two\\rlines",
                "a\\u2028b",
                "a\\u0000b",
                "Dr.Müller"
            })
    void aNameThatWouldCarryAMessageToStrangersIsRefused(String name) {
        var answer = app.post("/api/accounts", """
                {"email": "victim@example.com", "password": "correct horse battery", "name": "%s"}""".formatted(name));
        assertEquals(422, answer.statusCode(), answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"J.R.R. Tolkien", "Dr. Müller", "Zoë O'Brien-Smith, Jr.", "李小龍", "Ravi S/O Kumar", "X Æ A-12"})
    void aNameOfAPersonIsTaken(String name) {
        var answer = app.post("/api/accounts", """
                {"email": "p%x@example.com", "password": "correct horse battery", "name": "%s"}""".formatted(name.hashCode(), name));
        assertEquals(201, answer.statusCode(), answer.body());
    }

    @Test
    void aNetworkMakesOnlySoManyAccounts() {
        var limits = Map.of("SIGN_UPS_BY_ADDRESS", "10", "TRUSTED_PROXY_HOPS", "1");
        try (var strict = RunningAcademy.start(limits)) {
            for (var i = 0; i < 10; i++)
                assertEquals(201, signUp(strict, "s%d@example.com".formatted(i), "198.51.100.7"));
            assertEquals(429, signUp(strict, "s10@example.com", "198.51.100.7"));
            assertEquals(422, signUp(strict, "nonsense", "198.51.100.7"));
            assertEquals(201, signUp(strict, "s11@example.com", "198.51.100.8"));
        }
    }

    private static int signUp(RunningAcademy at, String email, String from) {
        return at.send(at.request("/api/accounts")
                        .header("Content-Type", "application/json")
                        .header("X-Forwarded-For", from)
                        .POST(HttpRequest.BodyPublishers.ofString("""
                                {"email": "%s", "password": "correct horse battery", "name": "S"}""".formatted(email))))
                .statusCode();
    }

    @Test
    void anAddressHasOneAccountWhateverItsCase() {
        app.signUp("one@example.com");
        var again = app.post("/api/accounts", """
                {"email": "ONE@example.com", "password": "another password", "name": "Somebody else"}""");
        assertEquals(409, again.statusCode());
        assertNotEquals("", app.logIn("One@Example.com"));
    }

    @Test
    void aWrongPasswordAndAnUnknownAddressGetTheSameAnswer() {
        app.signUp("known@example.com");
        var wrong = app.post("/api/sessions", """
                {"email": "known@example.com", "password": "wrong horse battery"}""");
        var unknown = app.post("/api/sessions", """
                {"email": "unknown@example.com", "password": "wrong horse battery"}""");
        assertEquals(401, wrong.statusCode());
        assertEquals(401, unknown.statusCode());
        assertEquals(json(wrong).get("detail"), json(unknown).get("detail"));
    }

    @Test
    void everyBadFieldIsNamed() {
        var answer = app.post("/api/accounts", """
                {"email": "nobody", "password": "short", "name": " "}""");
        assertEquals(422, answer.statusCode());
        assertEquals("""
                [{"field":"email","message":"is not a mail address"},\
                {"field":"password","message":"needs 12 characters at least"},\
                {"field":"name","message":"must not be blank"}]""", json(answer).get("errors").toString());
    }

    @Test
    void nobodySignsUpAsAdmin() {
        var answer = app.post("/api/accounts", """
                {"email": "eve@example.com", "password": "correct horse battery", "name": "Eve", "role": "admin"}""");
        assertEquals(422, answer.statusCode());
        assertEquals("role", json(answer).at("/errors/0/field").asText());
    }

    @Test
    void aLogInEndsTheSessionThatCameWithIt() {
        app.signUp("twice@example.com");
        var first = app.logIn("twice@example.com");
        var answer = app.post("/api/sessions", """
                {"email": "twice@example.com", "password": "%s"}""".formatted(RunningAcademy.PASSWORD), first);
        assertEquals(201, answer.statusCode());
        assertEquals(401, app.get("/api/me", first).statusCode());
    }

    @Test
    void othersSeeTheNameAloneAndTheSecondReadComesFromTheCache() throws Exception {
        var id = app.signUp("public@example.com");
        var path = "/api/users/" + id;
        assertEquals(
                "{\"id\":\"%s\",\"name\":\"Somebody\"}".formatted(id),
                app.get(path).body());
        try (var postgres = app.postgres()) {
            postgres.jdbi().useHandle(handle -> handle.execute("UPDATE accounts SET name = 'Renamed'"));
        }
        assertEquals("Somebody", json(app.get(path)).get("name").asText());
        assertEquals(404, app.get("/api/users/" + new UUID(1, 1)).statusCode());
        assertEquals(404, app.get("/api/users/1").statusCode());
    }

    @Test
    void theCookieIsSecureWhenOurProxySaysHttpsAlsoWhereThePublicAddressIsForgotten() {
        try (var app = RunningAcademy.start(Map.of("TRUSTED_PROXY_HOPS", "1", "STATUS_PUBLIC", "true"))) {
            app.signUp("forgotten@example.com");
            var answer = app.send(app.request("/api/sessions")
                    .header("Content-Type", "application/json")
                    .header("X-Forwarded-Proto", "https")
                    .POST(BodyPublishers.ofString("""
                            {"email": "forgotten@example.com", "password": "%s"}""".formatted(RunningAcademy.PASSWORD))));
            var cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
            assertTrue(cookie.matches("__Host-session=.*Secure; HttpOnly; SameSite=Lax"), cookie);
            var me = app.request("/api/me").header("Cookie", cookie.split(";")[0]);
            assertEquals(401, app.send(me).statusCode());
            assertEquals(200, app.send(me.header("X-Forwarded-Proto", "https")).statusCode());
            var status = app.send(app.request("/status").header("X-Forwarded-Proto", "https"));
            assertTrue(status.body().contains("which is not this address"));
        }
    }

    @Test
    void theCookieIsForThisServerAloneAndSecureBehindHttps() {
        app.signUp("cookie@example.com");
        var body = """
                {"email": "cookie@example.com", "password": "%s"}""".formatted(RunningAcademy.PASSWORD);
        var plain = app.post("/api/sessions", body)
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        assertTrue(plain.matches("session=[\\w-]{43}; Path=/; .*HttpOnly; SameSite=Lax"), plain);
        var https = Map.of("PUBLIC_URL", "https://academy.example.com", "DATABASE_URL", app.databaseUrl());
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
        app.signUp("hash@example.com");
        var token = app.logIn("hash@example.com").substring("session=".length());
        try (var redis =
                RedisClient.create("127.0.0.1", TestServices.shared().redis().port())) {
            var keys = redis.keys("session:*");
            assertTrue(keys.stream().noneMatch(key -> key.contains(token)));
            assertTrue(keys.stream().allMatch(key -> redis.ttl(key) > 300 * 3600 && redis.ttl(key) <= 336 * 3600));
        }
    }

    @Test
    void aChangedNameIsSeenByOthersAtOnceAndTheProfileIsMoreComplete() {
        var id = app.signUp("profile@example.com");
        var cookie = app.logIn("profile@example.com");
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
        app.signUp("invalid@example.com");
        var cookie = app.logIn("invalid@example.com");
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
}
