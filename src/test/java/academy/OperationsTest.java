package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The metrics that operators read from a running process. */
class OperationsTest {
    private static final String TOKEN = "a token of sixteen or more";

    @Test
    void metricsRequireTheToken() {
        try (var app = RunningAcademy.start(Map.of("METRICS_TOKEN", TOKEN))) {
            app.get("/health");
            assertEquals(401, app.get("/metrics").statusCode());
            var wrong = app.request("/metrics").header("Authorization", "Bearer wrong");
            assertEquals(401, app.send(wrong).statusCode());
            var answer = app.send(app.request("/metrics").header("Authorization", "Bearer " + TOKEN));
            assertEquals(200, answer.statusCode());
            assertTrue(answer.body().contains("route=\"/health\""), answer.body());
        }
    }

    @Test
    void withoutATokenThereAreNoMetrics() {
        try (var app = RunningAcademy.start()) {
            assertEquals(404, app.get("/metrics").statusCode());
        }
    }
}
