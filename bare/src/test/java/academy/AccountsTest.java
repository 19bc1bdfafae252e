package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.TestServices;
import dozen.http.Json;
import dozen.http.Server;
import dozen.app.Lifecycle;
import dozen.config.Env;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The program that main runs, over HTTP, on a real PostgreSQL, Redis and SMTP server. */
class AccountsTest {
    private static final GreenMail MAILS = new GreenMail(ServerSetup.SMTP.dynamicPort());
    private static final Lifecycle LIFECYCLE = new Lifecycle(Duration.ofSeconds(5));
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static Server server;

    @BeforeAll
    static void start() {
        MAILS.start();
        var settings = TestServices.shared().settings(TestServices.shared().newDatabase());
        settings.put("SMTP_URL", "smtp://127.0.0.1:" + MAILS.getSmtp().getPort());
        var env = new Env(settings);
        var read = Settings.read(env);
        env.check();
        server = Main.web(read, LIFECYCLE);
        Main.worker(read, LIFECYCLE);
    }

    @AfterAll
    static void stop() {
        LIFECYCLE.close();
        CLIENT.close();
        MAILS.stop();
    }

    private static HttpResponse<String> send(String method, String path, String body, String cookie)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("Cookie", cookie)
                .method(method, BodyPublishers.ofString(body));
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.MAPPER.readTree(answer.body());
    }

    private static String signUp(String email) {
        return "{\"email\": \"%s\", \"password\": \"correct horse battery\", \"name\": \"Zoë\"}".formatted(email);
    }

    private static String logIn(String email) throws IOException, InterruptedException {
        var answer = send(
                "POST",
                "/api/sessions",
                "{\"email\": \"%s\", \"password\": \"correct horse battery\"}".formatted(email),
                "");
        assertEquals(201, answer.statusCode());
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    @Test
    void somebodySignsUpIsWelcomedLogsInAndOut() throws Exception {
        var made = send("POST", "/api/accounts", signUp("zoe@example.com"), "");
        assertEquals(201, made.statusCode());
        assertTrue(MAILS.waitForIncomingEmail(20_000, 1));
        var cookie = logIn("ZOE@example.com");
        assertEquals(json(made).get("id"), json(send("GET", "/api/me", "", cookie)).get("id"));
        assertEquals(204, send("DELETE", "/api/sessions/current", "", cookie).statusCode());
        assertEquals(401, send("GET", "/api/me", "", cookie).statusCode());
        assertEquals(409, send("POST", "/api/accounts", signUp("ZOE@example.com"), "").statusCode());
    }

    @Test
    void aCachedNameIsForgottenWhenItChanges() throws Exception {
        send("POST", "/api/accounts", signUp("cached@example.com"), "");
        var cookie = logIn("cached@example.com");
        var user = "/api/users/"
                + json(send("GET", "/api/me", "", cookie)).get("id").asText();
        assertEquals("Zoë", json(send("GET", user, "", "")).get("name").asText());
        assertEquals(200, send("PATCH", "/api/me", "{\"name\": \"Zoe\"}", cookie).statusCode());
        assertEquals("Zoe", json(send("GET", user, "", "")).get("name").asText());
    }

    @Test
    void badFieldsAreNamed() throws Exception {
        var answer = send("POST", "/api/accounts", "{\"email\": \"nobody\", \"password\": \"short\"}", "");
        assertEquals(422, answer.statusCode());
        assertEquals(3, json(answer).get("errors").size());
    }
}
