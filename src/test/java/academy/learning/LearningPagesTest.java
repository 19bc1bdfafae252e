package academy.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import academy.RunningAcademy;
import org.junit.jupiter.api.Test;

class LearningPagesTest {
    @Test
    void personalPagesRedirectToTheLogIn() {
        try (var app = RunningAcademy.start()) {
            var refused = app.get("/learning").is(303).header("Location");
            assertEquals("/log-in?next=%2Flearning", refused.replaceFirst("^http://[^/]+", ""));
            var zoe = app.as("zoe@example.com");
            zoe.get("/learning").is(200);
            zoe.get("/admin").is(403);
            zoe.get("/status").is(403);
            app.get("/status").is(303);
            zoe.form("/log-out", "").is(303);
            zoe.get("/learning").is(303);
        }
    }
}
