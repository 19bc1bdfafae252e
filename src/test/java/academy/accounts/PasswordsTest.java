package academy.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import com.fasterxml.jackson.databind.JsonNode;
import dev.MailCatcher;
import dev.TestServices;
import dozen.config.Secret;
import dozen.services.Postgres;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final Pattern TOKEN = Pattern.compile("/reset#(\\S+)");
    private static MailCatcher catcher;
    private static RunningAcademy app;

    @BeforeAll
    static void start() throws Exception {
        catcher = MailCatcher.start();
        app = RunningAcademy.start(Map.of("SMTP_URL", catcher.url(), "LOG_IN_TRIES_BY_ADDRESS", "100000"));
        app.startWorker();
    }

    @AfterAll
    static void stop() {
        app.close();
        catcher.close();
    }

    private static HttpResponse<String> logIn(String email, String password) {
        return app.post("/api/sessions", """
                {"email": "%s", "password": "%s"}""".formatted(email, password));
    }

    /** The password is checked against a hash of before the change, and the session would begin after it. */
    @Test
    void aLogInThatIsUnderWayEndsWithTheOldPassword() {
        app.signUp("race@example.com");
        try (var postgres = app.postgres()) {
            var accounts = new Accounts(postgres.jdbi(), new Passwords(Passwords.Cost.DEFAULT));
            var loggedIn = accounts.logIn("race@example.com", new Secret(RunningAcademy.PASSWORD))
                    .orElseThrow();
            var id = loggedIn.id();
            assertTrue(accounts.find(id, loggedIn.sessionGeneration()).isPresent());
            accounts.endSessions(id);
            assertTrue(accounts.find(id, loggedIn.sessionGeneration()).isEmpty());
        }
    }

    /** PostgreSQL's lower('İ') is i, so such an address would find the account and have a count of its own. */
    @Test
    void anotherSpellingOfAnAddressIsNoWayAroundTheLimit() {
        app.signUp("vivian@example.com");
        assertEquals(401, logIn("vİvian@example.com", RunningAcademy.PASSWORD).statusCode());
        assertEquals(201, logIn("VIVIAN@example.com", RunningAcademy.PASSWORD).statusCode());
    }

    private static HttpResponse<String> me(String cookie) {
        return app.get("/api/me", cookie);
    }

    private static String cookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    @Test
    void loggingOutEverywhereEndsEverySession() {
        app.signUp("everywhere@example.com");
        var here = app.logIn("everywhere@example.com");
        var there = app.logIn("everywhere@example.com");
        assertEquals(204, app.write("DELETE", "/api/sessions", "", here).statusCode());
        assertEquals(401, me(here).statusCode());
        assertEquals(401, me(there).statusCode());
        assertEquals(200, me(app.logIn("everywhere@example.com")).statusCode());
    }

    @Test
    void aChangeOfPasswordEndsTheOtherSessionsAndNeedsTheOldOne() {
        app.signUp("change@example.com");
        var here = app.logIn("change@example.com");
        var there = app.logIn("change@example.com");
        var wrong = app.write("PUT", "/api/me/password", """
                {"current": "not the old one", "password": "an even better one"}""", here);
        assertEquals(422, wrong.statusCode());
        var changed = app.write("PUT", "/api/me/password", """
                {"current": "%s", "password": "an even better one"}""".formatted(RunningAcademy.PASSWORD), here);
        assertEquals(204, changed.statusCode(), changed.body());
        assertEquals(401, me(here).statusCode());
        assertEquals(401, me(there).statusCode());
        assertEquals(200, me(cookie(changed)).statusCode());
        assertEquals(401, logIn("change@example.com", RunningAcademy.PASSWORD).statusCode());
        assertEquals(201, logIn("change@example.com", "an even better one").statusCode());
    }

    @Test
    void aMailedLinkSetsANewPasswordOnceAndEndsEverySession() throws Exception {
        app.signUp("forgot@example.com");
        var session = app.logIn("forgot@example.com");
        var token = askForToken("FORGOT@example.com");
        assertEquals(200, me(session).statusCode()); // asking for a link ends no session
        assertEquals(422, reset(token, "short").statusCode());
        assertEquals(
                410,
                reset(token.substring(0, token.length() - 2) + "xx", "a brand new password")
                        .statusCode());
        var later = Pattern.compile("\\.(\\d+)\\.").matcher(token).replaceFirst(".9999999999.");
        assertEquals(410, reset(later, "a brand new password").statusCode());
        assertEquals(204, reset(token, "a brand new password").statusCode());
        assertEquals(410, reset(token, "yet another password").statusCode());
        assertEquals(401, me(session).statusCode());
        assertEquals(201, logIn("forgot@example.com", "a brand new password").statusCode());
    }

    @Test
    void anUnknownAddressGetsTheSameAnswerAndNoMail() throws Exception {
        var answer = app.post("/api/password-resets", "{\"email\": \"nobody@example.com\"}");
        assertEquals(202, answer.statusCode());
        app.signUp("somebody.else@example.com");
        askForToken("somebody.else@example.com"); // its job is later, so the earlier one is done
        for (var mail : catcher.mails())
            assertFalse(mail.getAllRecipients()[0].toString().contains("nobody@"));
    }

    private static HttpResponse<String> reset(String token, String password) {
        return app.write("PUT", "/api/password-resets", """
                {"token": "%s", "password": "%s"}""".formatted(token, password), "");
    }

    private static String askForToken(String email) throws Exception {
        assertEquals(
                202,
                app.post("/api/password-resets", "{\"email\": \"%s\"}".formatted(email))
                        .statusCode());
        for (var i = 0; i < 500; i++) {
            for (var mail : catcher.mails()) {
                if (!mail.getAllRecipients()[0].toString().toLowerCase().contains(email.toLowerCase())) continue;
                var found = TOKEN.matcher(MailCatcher.text(mail));
                if (found.find()) return found.group(1);
            }
            Thread.sleep(20);
        }
        throw new AssertionError("no mail");
    }

    @Test
    void tenFailuresLockAnAccountForAWhileWhateverTheirNetwork() {
        app.signUp("guessed@example.com");
        for (var i = 0; i < 10; i++) {
            assertEquals(401, logIn("guessed@example.com", "a wrong password").statusCode());
            // A successful log-in in between uses up no try.
            if (i < 9)
                assertEquals(
                        201,
                        logIn("guessed@example.com", RunningAcademy.PASSWORD).statusCode());
        }
        var locked = logIn("Guessed@example.com", RunningAcademy.PASSWORD);
        assertEquals(429, locked.statusCode());
        var wait = Integer.parseInt(locked.headers().firstValue("Retry-After").orElseThrow());
        assertTrue(wait > 60 && wait <= 90, "one try comes back within 90 s: " + wait);
        assertEquals(401, logIn("another@example.com", "a wrong password").statusCode());
    }

    @Test
    void oneNetworkHasOnlySoManyFailuresWhateverTheAccount() {
        var changes = Map.of("LOG_IN_TRIES_BY_ADDRESS", "5", "TRUSTED_PROXY_HOPS", "1");
        try (var limited = RunningAcademy.start(changes)) {
            for (var i = 0; i < 5; i++)
                assertEquals(401, tryFrom(limited, "2001:db8:1:2::" + i, i).statusCode());
            assertEquals(429, tryFrom(limited, "2001:db8:1:2:3:4:5:6", 6).statusCode());
            assertEquals(401, tryFrom(limited, "2001:db8:1:3::1", 7).statusCode());
        }
    }

    @Test
    void anAddressThatNoTrustedProxyWroteIsIgnored() {
        var own = TestServices.shared().redis().url() + "/8"; // no failures of this machine are counted there yet
        try (var limited = RunningAcademy.start(Map.of("LOG_IN_TRIES_BY_ADDRESS", "5", "REDIS_URL", own))) {
            for (var i = 0; i < 5; i++)
                assertEquals(401, tryFrom(limited, "2001:db8:" + i + "::1", i).statusCode());
            assertEquals(429, tryFrom(limited, "2001:db8:6::1", 6).statusCode());
        }
    }

    private static HttpResponse<String> tryFrom(RunningAcademy limited, String address, int number) {
        return limited.send(limited.request("/api/sessions")
                .header("X-Forwarded-For", address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"email": "no%d@example.com", "password": "a wrong password"}""".formatted(number))));
    }

    @Test
    void anOutdatedHashIsRehashedAtTheConfiguredCost() {
        app.signUp("cost@example.com");
        var changes = Map.of("DATABASE_URL", app.databaseUrl(), "ARGON2_MEMORY_KIB", "7168", "ARGON2_ITERATIONS", "5");
        try (var cheaper = RunningAcademy.start(changes);
                var postgres = app.postgres()) {
            assertTrue(hash(postgres).startsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
            cheaper.logIn("cost@example.com");
            assertTrue(hash(postgres).startsWith("$argon2id$v=19$m=7168,t=5,p=1$"));
            JsonNode me = RunningAcademy.json(cheaper.get("/api/me", cheaper.logIn("cost@example.com")));
            assertEquals("cost@example.com", me.get("email").asText());
        }
    }

    /** These were made by password4j, from a salt that is not random. */
    @Test
    void aHashOfAnotherImplementationIsChecked() {
        var passwords = new Passwords(Passwords.Cost.DEFAULT);
        var hash = "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlIHNhbA$ZJ4FUbptHT0O321/29MZjzSO5FrbsClqx9/BbsxE0RA";
        assertTrue(passwords.matches(new Secret("correct horse battery"), hash));
        assertFalse(passwords.matches(new Secret("correct horse batterz"), hash));
        assertFalse(passwords.isOutdated(hash));
        var other = "$argon2id$v=19$m=7168,t=5,p=2$c2l4dGVlbiBieXRlIHNhbA$GbAraba5+WU1Grmfy0d86EL+G9Zy4UVmeNOZnLNvmzY";
        assertTrue(passwords.matches(new Secret("pässword"), other));
        assertTrue(passwords.isOutdated(other));
    }

    @Test
    void hashesUseTheSameMemoryOneAfterTheOther() {
        var passwords = new Passwords(Passwords.Cost.DEFAULT);
        passwords.hash(new Secret(RunningAcademy.PASSWORD));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = threads.getTotalThreadAllocatedBytes();
        for (var i = 0; i < 5; i++) passwords.hash(new Secret(RunningAcademy.PASSWORD));
        var megabytes = (threads.getTotalThreadAllocatedBytes() - before) >> 20;
        assertTrue(megabytes < 19, "five hashes of 19 MB allocated " + megabytes + " MB");
    }

    private static String hash(Postgres postgres) {
        return postgres.jdbi()
                .withHandle(
                        handle -> handle.createQuery("SELECT password FROM accounts WHERE email = 'cost@example.com'")
                                .mapTo(String.class)
                                .one());
    }
}
