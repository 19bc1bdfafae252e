package academy.reminders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.TestServices;
import dozen.testing.TestApp;
import factors.App;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class ManyAccountsIT {
    private static final int ACCOUNTS = 100_000;

    @Test
    void theDigestsOfAHundredThousandAccountsAreEnqueuedInASmallHeap() throws Exception {
        var services = TestServices.shared();
        var settings = new HashMap<>(services.settings(services.newDatabase()));
        try (var app = RunningAcademy.start(Map.of("DATABASE_URL", settings.get("DATABASE_URL")))) {
            app.execute("""
                    INSERT INTO accounts (email, name, password)
                    SELECT 'learner' || i || '@example.com', 'Learner ' || i, 'none' FROM generate_series(1, %d) AS i
                    """.formatted(ACCOUNTS));
            try (var scheduler = App.start(settings, List.of("-Xmx128m", "-jar", App.JAR.toString()), "scheduler");
                    var worker = App.start(settings, enqueuing(), "worker")) {
                for (var i = 0; i < 600 && app.count("SELECT count(*) FROM ticks") < 3; i++) Thread.sleep(50);
                app.execute("UPDATE ticks SET due = now() WHERE name = 'digests'");
                for (var i = 0; i < 600 && enqueued(app) < ACCOUNTS; i++) Thread.sleep(100);
                for (var i = 0; i < 100 && left(app) > 0; i++) Thread.sleep(100);
                assertEquals(ACCOUNTS, enqueued(app));
                assertEquals(0, left(app));
                assertTrue(scheduler.isAlive() && worker.isAlive());
            }
        }
    }

    private static List<String> enqueuing() {
        return List.of("-Xmx128m", "-cp", System.getProperty("java.class.path"), EnqueuingWorker.class.getName());
    }

    private static long enqueued(TestApp app) {
        return app.count("SELECT count(*) FROM jobs WHERE task_name = 'SendDigest'");
    }

    private static long left(TestApp app) {
        return app.count("SELECT count(*) FROM jobs WHERE task_name = 'EnqueueDigests'");
    }
}
