package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Ticks that fail. Those of several processes are TicksIT's. */
@Isolated // what other tests log would be among what it reads
class SchedulerTest {
    private static final PrintStream STDERR = System.err;
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void restore() {
        System.setErr(STDERR);
    }

    @Test
    void aDashNeverTicksAndTheNewestExpressionCountsInAllProcesses() throws Exception {
        var always = Scheduler.Cron.parse("* * * * * *");
        try (var postgres = Effects.newDatabase();
                var before = new Scheduler(postgres);
                var off = new Scheduler(postgres);
                var after = new Scheduler(postgres)) {
            before.on("tick", always, (_, _) -> runs.incrementAndGet()).start();
            awaitRuns(1);
            off.on("tick", Scheduler.Cron.parse("-"), (_, _) -> runs.incrementAndGet())
                    .start();
            var stopped = runs.get();
            Thread.sleep(2500);
            assertEquals(stopped, runs.get());
            after.on("tick", always, (_, _) -> runs.incrementAndGet()).start();
            awaitRuns(stopped + 6);
        }
    }

    private void awaitRuns(int count) throws InterruptedException {
        for (var i = 0; i < 2000 && runs.get() < count; i++) Thread.sleep(10);
        assertTrue(runs.get() >= count, runs + " runs");
    }

    @Test
    void aFailureIsOneLineAndTheNextTryComesLaterEachTime() throws Exception {
        var log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (var postgres = Effects.newDatabase();
                var scheduler = new Scheduler(postgres)) {
            scheduler
                    .on("broken", Scheduler.Cron.parse("* * * * * *"), (_, _) -> {
                        runs.incrementAndGet();
                        throw new IllegalStateException(
                                "first\nsecond", new IllegalArgumentException("the cause\nmore"));
                    })
                    .start();
            awaitRuns(1);
            Thread.sleep(4000); // tries after about 0.5, 1.5 and 3.5 s; without the growing wait there would be eight
            awaitRuns(3);
        }
        var lines = log.toString(StandardCharsets.UTF_8).lines().toList();
        assertTrue(runs.get() <= 5, runs + " runs: " + lines);
        assertEquals(runs.get(), lines.size(), lines.toString());
        for (var line : lines) assertTrue(line.matches(".*tick broken failed, again in \\d+ s: the cause"), line);
    }
}
