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
        try (var academy = RunningAcademy.start(Map.of("METRICS_TOKEN", TOKEN))) {
            academy.get("/health");
            assertEquals(401, academy.get("/metrics").statusCode());
            var wrong = academy.request("/metrics").header("Authorization", "Bearer wrong");
            assertEquals(401, academy.send(wrong).statusCode());
            var answer = academy.send(academy.request("/metrics").header("Authorization", "Bearer " + TOKEN));
            assertEquals(200, answer.statusCode());
            assertTrue(answer.body().contains("route=\"/health\""), answer.body());
        }
    }

    @Test
    void withoutATokenThereAreNoMetrics() {
        try (var academy = RunningAcademy.start()) {
            assertEquals(404, academy.get("/metrics").statusCode());
        }
    }
}
