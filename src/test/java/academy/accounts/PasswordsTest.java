package academy.accounts;

import static academy.RunningAcademy.PASSWORD;
import static academy.RunningAcademy.logIn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.TestServices;
import dozen.config.Secret;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Passwords, how often they may be guessed, and the forms that take them. */
class PasswordsTest {
    private static final String NEW = "a brand new password";
    private static TestApp app;
    private static TestClient anyone;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start(Map.of("LOG_IN_TRIES_BY_ADDRESS", "100000"));
        anyone = app.anyone();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    /** The password is checked against a hash of before the change, and the session would begin after it. */
    @Test
    void aLogInThatIsUnderWayEndsWithTheOldPassword() {
        app.as("race@example.com");
        var accounts = new Accounts(app.jdbi(), new Passwords(Passwords.Cost.DEFAULT));
        var loggedIn = accounts.logIn("race@example.com", new Secret(PASSWORD)).orElseThrow();
        var id = loggedIn.id();
        assertTrue(accounts.find(id, loggedIn.sessionGeneration()).isPresent());
        accounts.endSessions(id);
        assertTrue(accounts.find(id, loggedIn.sessionGeneration()).isEmpty());
    }

    /** PostgreSQL's lower('İ') is i, so such an address would find the account and have a count of its own. */
    @Test
    void anotherSpellingOfAnAddressIsNoWayAroundTheLimit() {
        app.as("vivian@example.com");
        logIn(anyone, "vİvian@example.com", PASSWORD).is(401);
        logIn(anyone, "VIVIAN@example.com", PASSWORD).is(201);
    }

    @Test
    void loggingOutEverywhereEndsEverySession() {
        var here = app.logIn("everywhere@example.com");
        var there = app.logIn("everywhere@example.com");
        here.delete("/api/sessions").is(204);
        here.get("/api/me").is(401);
        there.get("/api/me").is(401);
        app.logIn("everywhere@example.com").get("/api/me").is(200);
    }

    @Test
    void aChangeOfPasswordEndsTheOtherSessionsAndNeedsTheOldOne() {
        var here = app.logIn("change@example.com");
        var there = app.logIn("change@example.com");
        here.put("/api/me/password", Map.of("current", "not the old one", "password", NEW))
                .is(422);
        var changed = here.put("/api/me/password", Map.of("current", PASSWORD, "password", NEW))
                .is(204);
        here.get("/api/me").is(401);
        there.get("/api/me").is(401);
        anyone.with("Cookie", changed.cookie()).get("/api/me").is(200);
        logIn(anyone, "change@example.com", PASSWORD).is(401);
        logIn(anyone, "change@example.com", NEW).is(201);
    }

    @Test
    void aMailedLinkSetsANewPasswordOnceAndEndsEverySession() {
        var session = app.logIn("forgot@example.com");
        app.post("/api/password-resets", Map.of("email", "FORGOT@example.com")).is(202);
        app.runJobs();
        var mail = app.mails().await("A new password");
        var link = Pattern.compile("/reset#(\\S+)").matcher(mail.text());
        assertTrue(link.find());
        var token = link.group(1);
        session.get("/api/me").is(200); // asking for a link ends no session
        reset(token, "short").is(422);
        reset(token.substring(0, token.length() - 2) + "xx", NEW).is(410);
        reset(token.replaceFirst("\\.\\d+\\.", ".9999999999."), NEW).is(410);
        reset(token, NEW).is(204);
        reset(token, "yet another password").is(410);
        session.get("/api/me").is(401);
        logIn(anyone, "forgot@example.com", NEW).is(201);
    }

    private static Answer reset(String token, String password) {
        return anyone.put("/api/password-resets", Map.of("token", token, "password", password));
    }

    @Test
    void anUnknownAddressGetsTheSameAnswerAndNoMail() {
        app.post("/api/password-resets", Map.of("email", "nobody@example.com")).is(202);
        app.runJobs();
        assertEquals(List.of(), app.mails().to("nobody@example.com"));
    }

    @Test
    void tenFailuresLockAnAccountForAWhileWhateverTheirNetwork() {
        app.as("guessed@example.com");
        for (var i = 0; i < 10; i++) {
            logIn(anyone, "guessed@example.com", "a wrong password").is(401);
            // A successful log-in in between uses up no try.
            if (i < 9) logIn(anyone, "guessed@example.com", PASSWORD).is(201);
        }
        var locked = logIn(anyone, "Guessed@example.com", PASSWORD).is(429);
        var wait = Integer.parseInt(locked.header("Retry-After"));
        assertTrue(wait > 60 && wait <= 90, "one try comes back within 90 s: " + wait);
        logIn(anyone, "another@example.com", "a wrong password").is(401);
    }

    @Test
    void oneNetworkHasOnlySoManyFailuresWhateverTheAccount() {
        var changes = Map.of("LOG_IN_TRIES_BY_ADDRESS", "5", "TRUSTED_PROXY_HOPS", "1");
        try (var limited = RunningAcademy.start(changes)) {
            for (var i = 0; i < 5; i++)
                tryFrom(limited, "2001:db8:1:2::" + i, i).is(401);
            tryFrom(limited, "2001:db8:1:2:3:4:5:6", 6).is(429);
            tryFrom(limited, "2001:db8:1:3::1", 7).is(401);
        }
    }

    @Test
    void anAddressThatNoTrustedProxyWroteIsIgnored() {
        var own = TestServices.shared().redis().url() + "/8"; // no failures of this machine are counted there yet
        try (var limited = RunningAcademy.start(Map.of("LOG_IN_TRIES_BY_ADDRESS", "5", "REDIS_URL", own))) {
            for (var i = 0; i < 5; i++)
                tryFrom(limited, "2001:db8:" + i + "::1", i).is(401);
            tryFrom(limited, "2001:db8:6::1", 6).is(429);
        }
    }

    private static Answer tryFrom(TestApp limited, String address, int number) {
        var caller = limited.anyone().with("X-Forwarded-For", address);
        return logIn(caller, "no%d@example.com".formatted(number), "a wrong password");
    }

    @Test
    void anOutdatedHashIsRehashedAtTheConfiguredCost() {
        app.as("cost@example.com");
        var changes = Map.of("DATABASE_URL", app.databaseUrl(), "ARGON2_MEMORY_KIB", "7168", "ARGON2_ITERATIONS", "5");
        try (var cheaper = RunningAcademy.start(changes)) {
            assertHash("$argon2id$v=19$m=19456,t=2,p=1$");
            cheaper.as("cost@example.com");
            assertHash("$argon2id$v=19$m=7168,t=5,p=1$");
            cheaper.logIn("cost@example.com").get("/api/me").is(200);
        }
    }

    private static void assertHash(String beginning) {
        var hashed = "SELECT count(*) FROM accounts WHERE email = 'cost@example.com' AND password LIKE '%s%%'";
        assertEquals(1, app.count(hashed.formatted(beginning)));
    }

    private static Map<String, String> zoe(String next) {
        return Map.of("email", "zoe@example.com", "password", PASSWORD, "next", next);
    }

    @Test
    void loggingInGoesOnToAPageOfThisSiteAlone() {
        app.as("zoe@example.com");
        var answer = anyone.form("/log-in", zoe("/status")).is(303);
        assertTrue(answer.header("Location").endsWith("/status"));
        assertTrue(answer.header("Set-Cookie").contains("HttpOnly"));
        var evil = "//evil.example/ https://evil.example/ /\\evil.example /\tx javascript:alert(1) \\/evil";
        for (var elsewhere : evil.split(" ")) {
            var location = anyone.form("/log-in", zoe(elsewhere)).header("Location");
            assertEquals("/", location.replaceFirst("^http://[^/]+", ""), elsewhere);
        }
    }

    @Test
    void aRefusedFormComesBackWithReasonsAndWithoutThePassword() {
        app.as("zoe@example.com");
        var refused = anyone.form("/sign-up", "name=A&email=nonsense&password=tooshort1");
        var page = refused.is(422).body();
        assertTrue(page.contains("role=\"alert\""));
        assertTrue(page.contains("The email ") && page.contains("The password "));
        assertTrue(page.contains("value=\"nonsense\""));
        assertFalse(page.contains("tooshort1"));
        anyone.form("/log-in", "email=zoe%40example.com&password=wrong").is(401);
        anyone.form("/log-in", "").is(422);
        anyone.form("/sign-up", Map.of("email", "zoe@example.com", "password", PASSWORD, "name", "Again"))
                .is(409);
        anyone.form("/reset/password", "token=x&password=" + "a".repeat(12)).is(410);
    }

    @Test
    void whatIsTypedIsShownAsText() {
        var script = "\"><script>alert(1)</script>";
        var page = anyone.form("/sign-up", Map.of("name", script, "email", "x", "password", "x"))
                .body();
        assertFalse(page.contains("<script>alert"));
        assertTrue(page.contains("&lt;script&gt;alert"));
        assertFalse(app.get("/?q=" + TestClient.encoded(script)).body().contains("<script>alert"));
    }

    @Test
    void aFormOfAnotherSiteIsRefusedWithAPage() {
        var answer = anyone.with("Accept", "text/html")
                .with("Sec-Fetch-Site", "cross-site")
                .form("/log-in", zoe("/"));
        assertTrue(answer.is(403).header("Content-Type").startsWith("text/html"));
        assertTrue(answer.header("Content-Security-Policy").contains("script-src 'self'"));
    }

    @Test
    void whatIsNoFormOrTooLargeIsRefused() {
        anyone.with("Accept", "text/html").post("/log-in", "{}").is(415);
        anyone.form("/sign-up", "name=" + "a".repeat(2_000_000)).is(413);
    }
}
