package academy.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The forms of the account pages, as browsers and other clients send them. */
class AccountPagesTest {
    private static RunningAcademy app;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start();
        app.signUp("zoe@example.com", "Zoë");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static HttpResponse<String> send(String path, String form, String... headers) {
        var request = app.request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "text/html")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        if (headers.length > 0) request.headers(headers);
        return app.send(request);
    }

    private static String logIn(String next) {
        var form = "email=zoe%40example.com&password=" + RunningAcademy.PASSWORD.replace(" ", "+");
        return form + "&next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("none");
    }

    @Test
    void loggingInGoesOnToAPageOfThisSiteAlone() {
        var answer = send("/log-in", logIn("/status"));
        assertEquals(303, answer.statusCode());
        assertTrue(location(answer).endsWith("/status"));
        assertTrue(answer.headers().firstValue("Set-Cookie").orElseThrow().contains("HttpOnly"));
        for (var elsewhere : List.of(
                "//evil.example/",
                "https://evil.example/",
                "/\\evil.example",
                "/\tx",
                "javascript:alert(1)",
                "\\/evil")) {
            var path = location(send("/log-in", logIn(elsewhere))).replaceFirst("^http://[^/]+", "");
            assertEquals("/", path, elsewhere);
        }
    }

    @Test
    void aRefusedFormComesBackWithReasonsAndWithoutThePassword() {
        var answer = send("/sign-up", "name=A&email=nonsense&password=tooshort1");
        assertEquals(422, answer.statusCode());
        assertTrue(answer.body().contains("role=\"alert\""));
        assertTrue(answer.body().contains("The email ") && answer.body().contains("The password "));
        assertTrue(answer.body().contains("value=\"nonsense\""));
        assertFalse(answer.body().contains("tooshort1"));
        assertEquals(
                401, send("/log-in", "email=zoe%40example.com&password=wrong").statusCode());
        assertEquals(422, send("/log-in", "").statusCode());
        assertEquals(409, send("/sign-up", logIn("/") + "&name=Again").statusCode());
        assertEquals(
                410,
                send("/reset/password", "token=x&password=" + "a".repeat(12)).statusCode());
    }

    @Test
    void whatIsTypedIsShownAsText() {
        var answer = send("/sign-up", "name=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&email=x&password=x");
        assertFalse(answer.body().contains("<script>alert"));
        assertTrue(answer.body().contains("&lt;script&gt;alert"));
        assertFalse(app.get("/?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E").body().contains("<script>alert"));
    }

    @Test
    void aFormOfAnotherSiteIsRefusedWithAPage() {
        var answer = send("/log-in", logIn("/"), "Sec-Fetch-Site", "cross-site");
        assertEquals(403, answer.statusCode());
        assertTrue(answer.headers().firstValue("Content-Type").orElseThrow().startsWith("text/html"));
        assertTrue(answer.headers()
                .firstValue("Content-Security-Policy")
                .orElseThrow()
                .contains("script-src 'self'"));
    }

    @Test
    void whatIsNoFormOrTooLargeIsRefused() {
        var json = app.send(app.request("/log-in")
                .header("Content-Type", "application/json")
                .header("Accept", "text/html")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
        assertEquals(415, json.statusCode());
        assertEquals(413, send("/sign-up", "name=" + "a".repeat(2_000_000)).statusCode());
    }
}
