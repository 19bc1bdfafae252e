package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Jobs whose process dies right after the commit, and jobs while Redis is away. */
@Isolated
class JobOutageIT {
    private final TestServices services = TestServices.shared();

    @Test
    void aJobOfAProcessThatDiedAfterTheCommitIsDoneOnce() throws Exception {
        var url = services.newDatabase();
        try (var postgres = Effects.database(url);
                var worker = TestProcess.worker(url);
                var dying = TestProcess.start(url, Map.of(), "task", "enqueue", "last will")) {
            assertEquals(9, dying.exitCode());
            Effects.await(postgres, "effects WHERE key = 'last will' AND runs = 1", 1, Duration.ofSeconds(20));
            assertTrue(worker.isAlive());
        }
    }

    @Test
    void withoutRedisJobsRunWithinASecondAndABitAndWithItAtOnceAgain() throws Exception {
        var url = services.newDatabase();
        var server = TestServices.startRedis("jobs-redis", 0);
        try (var postgres = Effects.database(url);
                var redis = server.connect();
                var worker = TestProcess.start(url, Map.of("REDIS_URL", server.url()), "worker")) {
            pickUp(postgres, redis, "first"); // waits until the worker runs
            server.close();
            var polled = LongStream.range(0, 5)
                    .map(i -> pickUp(postgres, redis, "away " + i))
                    .sorted()
                    .toArray();
            assertTrue(polled[3] < 1500, Arrays.toString(polled) + " ms");
            try (var back = TestServices.startRedis("jobs-redis", server.port())) {
                Thread.sleep(1500); // gives the worker time to subscribe again
                var woken = LongStream.range(0, 25)
                        .map(i -> pickUp(postgres, redis, "back " + i))
                        .sorted()
                        .toArray();
                assertTrue(woken[12] < 250, "median of " + Arrays.toString(woken) + " ms");
            }
            assertTrue(worker.isAlive());
        }
    }

    /** Milliseconds from the commit to the effect. */
    private static long pickUp(Postgres postgres, Redis redis, String key) {
        postgres.jdbi().useTransaction(transaction -> new Jobs(redis).enqueue(transaction, new TestProgram.Note(key)));
        var committed = System.nanoTime();
        try {
            while (Effects.count(postgres, "effects WHERE key = '" + key + "'") == 0) {
                if (System.nanoTime() - committed > 20_000_000_000L) throw new AssertionError("never done: " + key);
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return (System.nanoTime() - committed) / 1_000_000;
    }
}
