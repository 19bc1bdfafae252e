package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.services.Migrations;
import dozen.services.Postgres;
import factors.App;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Jobs shared by several processes, some of which are killed. The tests run concurrently, because they mostly
 * wait.
 */
@Execution(ExecutionMode.CONCURRENT)
class ManyProcessesIT {
    /** Limits that a machine holds, too, on which twenty other programs want the processors. */
    private static final Duration SOON = Duration.ofMinutes(1);

    private static final Duration LATE = Duration.ofMinutes(4);
    private final TestServices services = TestServices.shared();

    private void enqueue(Postgres postgres, List<?> payloads) {
        try (var redis = services.redis().connect()) {
            var jobs = new Jobs(redis);
            postgres.jdbi()
                    .useTransaction(transaction -> jobs.enqueueAll(
                            transaction, payloads.stream().map(Job::of).toList()));
        }
    }

    @Test
    void aThousandJobsAreDoneWhileWorkersAreKilled() throws Exception {
        var url = services.newDatabase();
        var workers = new ArrayList<App>();
        try (var postgres = Effects.database(url)) {
            enqueue(
                    postgres,
                    IntStream.range(0, 1000)
                            .mapToObj(i -> new TestProgram.Slow("key " + i, 200))
                            .toList());
            for (var i = 0; i < 3; i++) workers.add(TestProcess.worker(url));
            Effects.await(postgres, "starts WHERE worker IS NOT NULL AND key = 'key 0'", 1, SOON);
            for (var i = 0; i < 4; i++) {
                Thread.sleep(2000);
                workers.removeFirst().close(); // kill -9
                workers.add(TestProcess.worker(url));
            }
            Effects.await(postgres, "jobs", 0, LATE);
            assertEquals(1000, Effects.count(postgres, "effects"));
            assertEquals(0, Effects.count(postgres, "dead_jobs"));
            assertTrue(Effects.count(postgres, "starts") > 1000, "some were killed in the middle and began again");
        } finally {
            for (var worker : workers) worker.close();
        }
    }

    @Test
    void aStoppedWorkerFinishesWhatItCanAndHandsBackTheRest() throws Exception {
        var url = services.newDatabase();
        try (var postgres = Effects.database(url);
                var first = TestProcess.worker(url)) {
            enqueue(postgres, List.of(new TestProgram.Slow("short", 10_000), new TestProgram.Slow("long", 60_000)));
            Effects.await(postgres, "starts", 2, SOON);
            try (var second = TestProcess.worker(url)) {
                second.awaitLine("jobs at once");
                first.terminate();
                assertTrue(Set.of(0, 143).contains(first.exitCode(SOON)));
                var exit = Instant.now();
                assertEquals(
                        1,
                        Effects.count(postgres, "effects WHERE key = 'short' AND runs = 1"),
                        () -> first.out() + "\n" + second.out());
                Effects.await(postgres, "starts WHERE key = 'long'", 2, Duration.ofSeconds(10));
                var began = Effects.list(postgres, "SELECT max(at) FROM starts", Instant.class)
                        .getFirst();
                System.out.printf(
                        "began elsewhere %d ms after the exit%n",
                        Duration.between(exit, began).toMillis());
                assertEquals(2, Effects.count(postgres, "starts WHERE key = 'long' AND attempt = 1"));
                assertTrue(second.isAlive());
            }
        }
    }

    @Test
    void aWorkerThatIsStoppedAsItsFirstJobBeginsFinishesIt() throws Exception {
        var url = services.newDatabase();
        try (var postgres = Effects.database(url)) {
            enqueue(postgres, List.of(new TestProgram.Slow("first", 2000)));
            try (var worker = TestProcess.worker(url)) {
                Effects.await(postgres, "starts", 1, SOON);
                worker.terminate();
                assertTrue(Set.of(0, 143).contains(worker.exitCode(SOON)));
                assertEquals(1, Effects.count(postgres, "effects WHERE key = 'first' AND runs = 1"));
                assertEquals(0, Effects.count(postgres, "jobs"));
            }
        }
    }

    @Test
    void aWorkerThatStillWaitsForItsResourcesIsStoppedAtOnce() throws Exception {
        try (var worker = TestProcess.worker("postgres://nobody:nothing@127.0.0.1:1/none")) {
            for (var tries = 0; tries < 3000 && !String.join("", worker.out()).contains("is away, trying"); tries++) {
                Thread.sleep(20);
            }
            worker.terminate();
            assertEquals(143, worker.exitCode(Duration.ofSeconds(15))); // without the signal it would wait 20 s
        }
    }

    @Test
    void workersComeBackWithPostgresAndLoseNothing() throws Exception {
        var server = TestServices.startPostgres("jobs-postgres", 0);
        server.execute("postgres", "DROP DATABASE IF EXISTS jobs WITH (FORCE)", "CREATE DATABASE jobs");
        var url = server.url("jobs");
        Migrations.run(Postgres.Url.parse(url));
        try (var postgres = Effects.database(url);
                var one = TestProcess.worker(url);
                var other = TestProcess.worker(url)) {
            enqueue(
                    postgres,
                    IntStream.range(0, 300)
                            .mapToObj(i -> new TestProgram.Slow("key " + i, 100))
                            .toList());
            Effects.awaitAtLeast(postgres, "effects", 50, SOON);
            server.close();
            try (var back = TestServices.startPostgres("jobs-postgres", server.port())) {
                awaitAnswer(postgres);
                Effects.await(postgres, "jobs", 0, LATE);
                assertEquals(300, Effects.count(postgres, "effects"));
                assertEquals(0, Effects.count(postgres, "dead_jobs"));
                assertTrue(one.isAlive() && other.isAlive());
                one.close();
                other.close();
            }
        }
    }

    private static void awaitAnswer(Postgres postgres) throws InterruptedException {
        for (var i = 0; i < 100; i++) {
            try {
                postgres.ping();
                return;
            } catch (SQLException e) {
                Thread.sleep(100);
            }
        }
        throw new AssertionError("PostgreSQL is not back");
    }
}
