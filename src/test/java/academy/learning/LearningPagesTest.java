package academy.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

class LearningPagesTest {
    @Test
    void personalPagesRedirectToTheLogIn() {
        try (var app = RunningAcademy.start()) {
            var answer = app.get("/learning");
            assertEquals(303, answer.statusCode());
            var location = answer.headers().firstValue("Location").orElse("none");
            assertTrue(location.endsWith("/log-in?next=%2Flearning"), location);
            app.signUp("zoe@example.com");
            var cookie = app.logIn("zoe@example.com");
            assertEquals(200, app.get("/learning", cookie).statusCode());
            assertEquals(403, app.get("/admin", cookie).statusCode());
            assertEquals(403, app.get("/status", cookie).statusCode());
            assertEquals(303, app.get("/status").statusCode());
            var logOut = app.request("/log-out")
                    .header("Cookie", cookie)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.noBody());
            assertEquals(303, app.send(logOut).statusCode());
            assertEquals(303, app.get("/learning", cookie).statusCode());
        }
    }
}
