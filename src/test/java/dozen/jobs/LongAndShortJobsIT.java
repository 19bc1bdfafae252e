package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import factors.App;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Runs long and short jobs on three workers: one is killed, and the clock of another is a minute ahead. */
@Tag("long")
@Isolated // it measures how long jobs wait
class LongAndShortJobsIT {
    private static final int LONG = 100;
    private static final int SHORT = 1000;
    private static final List<Path> FAKETIME = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"));

    private final TestServices services = TestServices.shared();

    private App worker(String url, Map<String, String> more) throws Exception {
        var settings = new HashMap<>(more);
        settings.put("WORKER_THREADS", "2");
        return TestProcess.start(url, settings, "worker");
    }

    /** Settings that set a process's clock 60 s ahead with Debian's faketime; empty where that is not installed. */
    private static Map<String, String> wrongClock() {
        return FAKETIME.stream()
                .filter(Files::exists)
                .findFirst()
                .map(library -> Map.of(
                        "LD_PRELOAD", library.toString(), "FAKETIME", "+60s", "FAKETIME_DONT_FAKE_MONOTONIC", "1"))
                .orElse(Map.of());
    }

    @Test
    void nothingRunsTwiceNothingDiesAndTheShortOnesHardlyWait() throws Exception {
        var url = services.newDatabase();
        var workers = new ArrayList<App>();
        try (var postgres = Effects.database(url);
                var redis = services.redis().connect()) {
            var jobs = new Jobs(redis);
            postgres.jdbi()
                    .useTransaction(transaction -> jobs.enqueueAll(
                            transaction,
                            IntStream.range(0, LONG)
                                    .mapToObj(i -> Job.of(new TestProgram.Lengthy("long " + i, 1500)))
                                    .toList()));
            workers.add(worker(url, Map.of()));
            workers.add(worker(url, Map.of()));
            workers.add(worker(url, wrongClock()));
            for (var worker : workers) worker.awaitLine("jobs at once");
            var killed = workers.getFirst();
            for (var i = 0; i < SHORT; i++) {
                var key = "short " + i;
                postgres.jdbi().useTransaction(transaction -> jobs.enqueue(transaction, new TestProgram.Slow(key, 5)));
                if (i == SHORT / 2) killed.kill();
                Thread.sleep(10);
            }
            Effects.await(postgres, "jobs", 0, Duration.ofSeconds(240));
            assertEquals(LONG + SHORT, Effects.count(postgres, "effects"));
            assertEquals(0, Effects.count(postgres, "dead_jobs"));
            var again = Effects.count(postgres, "(SELECT key FROM starts GROUP BY key HAVING count(*) > 1) AS again");
            var byTheKilled = Effects.count(postgres, """
                    (SELECT key FROM starts GROUP BY key HAVING count(*) > 1 AND bool_or(attempt > 1)) AS again
                    """);
            var waits = Effects.list(postgres, """
                    SELECT coalesce(max(extract(epoch FROM at - enqueued) * 1000), 0)::bigint FROM starts
                    WHERE key LIKE 'short %' AND attempt = 1
                    """, Long.class).getFirst();
            System.out.printf(
                    "%d long and %d short jobs, one worker killed, one with its clock %s: %d began again, all of the killed"
                            + " one; the longest wait of a short one %d ms%n",
                    LONG, SHORT, wrongClock().isEmpty() ? "right (no faketime here)" : "60 s ahead", again, waits);
            assertEquals(byTheKilled, again);
            assertTrue(again <= 4, again + " of the killed worker's four threads");
            assertTrue(waits < 5000, waits + " ms"); // behind the long ones it would be 25 s
        } finally {
            for (var worker : workers) worker.close();
        }
    }
}
