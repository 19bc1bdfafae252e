package academy.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

class LearningPagesTest {
    @Test
    void personalPagesRedirectToTheLogIn() {
        try (var academy = RunningAcademy.start()) {
            var answer = academy.get("/learning");
            assertEquals(303, answer.statusCode());
            var location = answer.headers().firstValue("Location").orElse("none");
            assertTrue(location.endsWith("/log-in?next=%2Flearning"), location);
            academy.signUp("zoe@example.com");
            var cookie = academy.logIn("zoe@example.com");
            assertEquals(200, academy.get("/learning", cookie).statusCode());
            assertEquals(403, academy.get("/admin", cookie).statusCode());
            assertEquals(403, academy.get("/status", cookie).statusCode());
            assertEquals(401, academy.get("/status").statusCode());
            var logOut = academy.request("/log-out")
                    .header("Cookie", cookie)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.noBody());
            assertEquals(303, academy.send(logOut).statusCode());
            assertEquals(303, academy.get("/learning", cookie).statusCode());
        }
    }
}
