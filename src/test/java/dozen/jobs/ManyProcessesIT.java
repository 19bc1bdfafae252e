package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.services.Migrations;
import dozen.services.Postgres;
import dozen.services.Redis;
import factors.App;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Jobs and ticks shared by several processes, some of which are killed. The tests run concurrently, because they mostly
 * wait.
 */
@Execution(ExecutionMode.CONCURRENT)
class ManyProcessesIT {
    /** Limits that a machine holds, too, on which twenty other programs want the processors. */
    private static final Duration SOON = Duration.ofMinutes(1);

    private static final Duration LATE = Duration.ofMinutes(4);
    private final TestServices services = TestServices.shared();

    private void enqueue(Postgres postgres, List<?> payloads) {
        try (var redis =
                new Redis(new Redis.Settings(Redis.Url.parse(services.redis().url()), true, 5)).connect()) {
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
    void aKilledWorkersJobIsFinishedByAnother() throws Exception {
        var url = services.newDatabase();
        try (var postgres = Effects.database(url);
                var first = TestProcess.worker(url)) {
            enqueue(postgres, List.of(new TestProgram.Slow("killed", 20_000)));
            Effects.await(postgres, "starts", 1, SOON);
            try (var second = TestProcess.worker(url)) {
                first.close(); // kill -9
                var killed = System.nanoTime();
                Effects.await(postgres, "starts", 2, LATE);
                System.out.printf("picked up %d ms after the kill%n", (System.nanoTime() - killed) / 1_000_000);
                assertTrue(second.isAlive());
                assertEquals(1, Effects.count(postgres, "starts WHERE attempt = 2"));
            }
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
                for (var tries = 0; tries < 3000 && !runs(second); tries++) Thread.sleep(20);
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

    private static boolean runs(App worker) {
        return worker.out().stream().anyMatch(line -> line.contains("jobs at once"));
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

    @Test
    @ResourceLock("builds") // a build beside it makes the machine too busy for a tick each second
    void threeSchedulersTickOnceEachSecondAndCatchUpOnceAfterAPause() throws Exception {
        var url = services.newDatabase();
        var schedulers = new ArrayList<App>();
        try (var postgres = Effects.database(url)) {
            for (var i = 0; i < 3; i++) schedulers.add(TestProcess.start(url, Map.of(), "scheduler"));
            // A tick that is more than a second late stands for the next one, too, as in a start on a busy machine.
            Effects.awaitAtLeast(postgres, "jobs", 5, SOON);
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
            assertTrue(seconds >= 15 && (before.size() == seconds || isBusy()), "each second: " + before);
            Thread.sleep(5500);
            schedulers.add(TestProcess.start(url, Map.of(), "scheduler"));
            Effects.awaitAtLeast(postgres, "jobs", all.size() + 3, SOON);
            var after = dueTimes(postgres).subList(all.size(), all.size() + 3);
            assertTrue(after.get(0).isAfter(before.getLast().plusSeconds(5)), "one for all that were missed: " + after);
            assertTrue(after.get(0).plusSeconds(2).equals(after.get(2)) || isBusy(), "each second again: " + after);
        } finally {
            for (var scheduler : schedulers) scheduler.close();
        }
    }

    /** Whether others want the processors so much that a tick may come a second late and stand for the next one, too. */
    private static boolean isBusy() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return system.getSystemLoadAverage() > 2 * system.getAvailableProcessors();
    }

    private static List<Instant> dueTimes(Postgres postgres) {
        return Effects.list(
                postgres,
                "SELECT (substr(task_data->'job'->>'key', 6))::timestamptz AS due FROM jobs ORDER BY 1",
                Instant.class);
    }
}
