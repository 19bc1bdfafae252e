package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.services.Postgres;
import factors.App;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Three schedulers share a tick, stop, and one is back. */
@Tag("long")
@Isolated // beside others, the machine would be too busy for a tick each second
class TicksIT {
    private final TestServices services = TestServices.shared();

    @Test
    void threeSchedulersTickOnceEachSecondAndCatchUpOnceAfterAPause() throws Exception {
        var url = services.newDatabase();
        var schedulers = new ArrayList<App>();
        try (var postgres = Effects.database(url)) {
            for (var i = 0; i < 3; i++) schedulers.add(TestProcess.start(url, Map.of(), "scheduler"));
            // A tick that is more than a second late stands for the next ones, too. A machine that pauses causes that.
            Effects.awaitAtLeast(postgres, "jobs", 5, Duration.ofMinutes(1));
            var began = dueTimes(postgres).getLast();
            Thread.sleep(16_000);
            for (var scheduler : schedulers) scheduler.terminate();
            for (var scheduler : schedulers) scheduler.exitCode();
            var all = dueTimes(postgres);
            var before = all.subList(all.indexOf(began), all.size());
            for (var i = 1; i < before.size(); i++) {
                assertTrue(before.get(i).isAfter(before.get(i - 1)), "once: " + before);
            }
            var seconds = Duration.between(before.getFirst(), before.getLast()).toSeconds() + 1;
            assertTrue(seconds >= 12 && before.size() >= seconds - 4, "each second: " + before);
            Thread.sleep(5500);
            schedulers.add(TestProcess.start(url, Map.of(), "scheduler"));
            Effects.awaitAtLeast(postgres, "jobs", all.size() + 3, Duration.ofMinutes(1));
            var after = dueTimes(postgres).subList(all.size(), all.size() + 3);
            assertTrue(after.get(0).isAfter(before.getLast().plusSeconds(5)), "one for all that were missed: " + after);
            assertFalse(after.get(0).plusSeconds(6).isBefore(after.get(2)), "each second again: " + after);
        } finally {
            for (var scheduler : schedulers) scheduler.close();
        }
    }

    private static List<Instant> dueTimes(Postgres postgres) {
        return Effects.list(
                postgres,
                "SELECT (substr(task_data->'job'->>'key', 6))::timestamptz AS due FROM jobs ORDER BY 1",
                Instant.class);
    }
}
