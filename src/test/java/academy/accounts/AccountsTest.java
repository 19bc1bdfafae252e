package academy.accounts;

import static academy.RunningAcademy.PASSWORD;
import static academy.RunningAcademy.signUp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.TestServices;
import dozen.testing.TestApp;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/** Sign-up, log-in and profiles, over the API and by the forms of the pages. */
class AccountsTest {
    private static TestApp app;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start(Map.of("MAIL_FROM", "Academy <hi@example.com>"));
        signUp(app.anyone(), "zoe@example.com", "Zoë");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static Map<String, String> account(String email, String name) {
        return Map.of("email", email, "password", PASSWORD, "name", name);
    }

    private static Map<String, String> logIn(String email) {
        return Map.of("email", email, "password", PASSWORD);
    }

    @Test
    void somebodySignsUpLogsInAndOut() {
        var id = signUp(app.anyone(), "leo@example.com", "Leo");
        app.get("/api/me").is(401);
        var leo = app.logIn("leo@example.com");
        var me = leo.get("/api/me").is(200);
        assertEquals(id, me.text("/id"));
        assertEquals("learner", me.text("/role"));
        assertTrue(me.at("/password").isMissingNode());
        leo.delete("/api/sessions/current").is(204);
        leo.get("/api/me").is(401);
    }

    @Test
    void aNewAccountIsWelcomedOnceInItsOwnLetters() {
        var id = signUp(app.anyone(), "olga@пример.рф", "Ольга");
        app.runJobs();
        var mails = app.mails().to("olga@xn--e1afmkfd.xn--p1ai"); // the domain as it stands in DNS
        assertEquals(1, mails.size());
        var mail = mails.getFirst();
        assertEquals("Welcome to Academy", mail.subject());
        assertEquals("<welcome-" + id + "@example.com>", mail.header("Message-ID"));
        assertTrue(mail.text().startsWith("Hello Ольга,"), mail.text());
        assertTrue(mail.html().contains("<p>Hello Ольга,</p>"), mail.html());
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
                "two\nlines",
                "two\rlines",
                "a\u2028b",
                "a\u0000b",
                "Dr.Müller",
                "evil\u200b.com",
                "evil\u00ad.com",
                "evil．com",
                "evil。com",
                "मेरी.com",
                "\u200b"
            })
    void aNameThatWouldCarryAMessageToStrangersIsRefused(String name) {
        app.post("/api/accounts", account("victim@example.com", name)).is(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"J.R.R. Tolkien", "Dr. Müller", "Zoë O'Brien-Smith, Jr.", "李小龍", "Ravi S/O Kumar", "X Æ A-12"})
    void aNameOfAPersonIsTaken(String name) {
        signUp(app.anyone(), "p%x@example.com".formatted(name.hashCode()), name);
    }

    @Test
    void aNetworkMakesOnlySoManyAccounts() {
        var limits = Map.of("SIGN_UPS_BY_ADDRESS", "10", "TRUSTED_PROXY_HOPS", "1");
        try (var strict = RunningAcademy.start(limits)) {
            var one = strict.anyone().with("X-Forwarded-For", "198.51.100.7");
            for (var i = 0; i < 10; i++) signUp(one, "s%d@example.com".formatted(i), "S");
            one.post("/api/accounts", account("s10@example.com", "S")).is(429);
            one.post("/api/accounts", account("nonsense", "S")).is(422);
            signUp(strict.anyone().with("X-Forwarded-For", "198.51.100.8"), "s11@example.com", "S");
        }
    }

    @Test
    void anAddressHasOneAccountWhateverItsCase() {
        signUp(app.anyone(), "one@example.com", "One");
        app.post("/api/accounts", account("ONE@example.com", "Somebody else")).is(409);
        app.post("/api/sessions", logIn("One@Example.com")).is(201);
    }

    @Test
    void aWrongPasswordAndAnUnknownAddressGetTheSameAnswer() {
        var wrong = RunningAcademy.logIn(app.anyone(), "zoe@example.com", "wrong horse battery");
        var unknown = RunningAcademy.logIn(app.anyone(), "unknown@example.com", "wrong horse battery");
        assertEquals(wrong.is(401).text("/detail"), unknown.is(401).text("/detail"));
    }

    @Test
    void everyBadFieldIsNamed() {
        var bad = Map.of("email", "nobody", "password", "short", "name", " ");
        assertEquals("""
                [{"field":"email","message":"is not a mail address"},\
                {"field":"password","message":"needs 12 characters at least"},\
                {"field":"name","message":"must not be blank"}]""", app.post("/api/accounts", bad).is(422).at("/errors").toString());
    }

    @Test
    void pagesRedirectToTheLogIn() {
        var refused = app.get("/status").is(303).header("Location");
        assertEquals("/log-in?next=%2Fstatus", refused.replaceFirst("^http://[^/]+", ""));
    }

    @Test
    void aLogInEndsTheSessionThatCameWithIt() {
        var first = app.logIn("twice@example.com");
        first.post("/api/sessions", logIn("twice@example.com")).is(201);
        first.get("/api/me").is(401);
    }

    @Test
    void othersSeeTheNameAloneAndTheSecondReadComesFromTheCache() {
        var id = signUp(app.anyone(), "public@example.com", "Somebody");
        var path = "/api/users/" + id;
        assertEquals(
                "{\"id\":\"%s\",\"name\":\"Somebody\"}".formatted(id),
                app.get(path).body());
        app.execute("UPDATE accounts SET name = 'Renamed' WHERE id = '%s'".formatted(id));
        assertEquals("Somebody", app.get(path).text("/name"));
        app.get("/api/users/" + new UUID(1, 1)).is(404);
        app.get("/api/users/1").is(404);
    }

    @Test
    void theCookieIsSecureWhenOurProxySaysHttpsAlsoWhereThePublicAddressIsForgotten() {
        try (var app = RunningAcademy.start(Map.of("TRUSTED_PROXY_HOPS", "1", "STATUS_PUBLIC", "true"))) {
            signUp(app.anyone(), "forgotten@example.com", "F");
            var https = app.anyone().with("X-Forwarded-Proto", "https");
            var answer = https.post("/api/sessions", logIn("forgotten@example.com"));
            var cookie = answer.header("Set-Cookie");
            assertTrue(cookie.matches("__Host-session=.*Secure; HttpOnly; SameSite=Lax"), cookie);
            app.anyone().with("Cookie", answer.cookie()).get("/api/me").is(401);
            https.with("Cookie", answer.cookie()).get("/api/me").is(200);
            assertTrue(https.get("/status").body().contains("which is not this address"));
        }
    }

    @Test
    void theCookieIsForThisServerAloneAndSecureBehindHttps() {
        var plain = app.post("/api/sessions", logIn("zoe@example.com")).header("Set-Cookie");
        assertTrue(plain.matches("session=[\\w-]{43}; Path=/; .*HttpOnly; SameSite=Lax"), plain);
        var https = Map.of("PUBLIC_URL", "https://academy.example.com", "DATABASE_URL", app.databaseUrl());
        try (var secure = RunningAcademy.start(https)) {
            var cookie = secure.post("/api/sessions", logIn("zoe@example.com")).header("Set-Cookie");
            assertTrue(cookie.matches("__Host-session=[\\w-]{43}; Path=/; .*Secure; HttpOnly; SameSite=Lax"), cookie);
        }
    }

    @Test
    void redisKnowsNoTokenAndForgetsTheSessionInTime() {
        var token = app.post("/api/sessions", logIn("zoe@example.com")).cookie().substring("session=".length());
        try (var redis =
                RedisClient.create("127.0.0.1", TestServices.shared().redis().port())) {
            var keys = redis.keys("session:*");
            assertTrue(keys.stream().noneMatch(key -> key.contains(token)));
            assertTrue(keys.stream().allMatch(key -> redis.ttl(key) > 300 * 3600 && redis.ttl(key) <= 336 * 3600));
        }
    }

    @Test
    void aChangedNameIsSeenByOthersAtOnceAndTheProfileIsMoreComplete() {
        var somebody = app.as("profile@example.com");
        var path = "/api/users/" + somebody.get("/api/me").text("/id");
        assertEquals("Somebody", app.get(path).text("/name"));
        var changed = somebody.patch("/api/me", Map.of("name", "Zoë", "timeZone", "Europe/Vienna"));
        assertEquals("Europe/Vienna", changed.is(200).text("/timeZone"));
        assertEquals(70, changed.at("/completeness").asInt());
        assertEquals("Zoë", app.get(path).text("/name"));
        var whole = somebody.patch("/api/me", Map.of("about", "Learns.", "letters", false))
                .is(200);
        assertEquals(100, whole.at("/completeness").asInt());
        assertEquals("Zoë", whole.text("/name"));
    }

    @Test
    void invalidProfilesAreRefused() {
        var somebody = app.as("invalid@example.com");
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
            somebody.patch("/api/me", body).is(422);
        }
        assertEquals("learner", somebody.get("/api/me").text("/role"));
        app.anyone().patch("/api/me", "{}").is(401);
    }
}
