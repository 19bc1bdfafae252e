package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.domain.DomainError;
import dozen.domain.Exit;
import dozen.jobs.Job.RetryPolicy;
import dozen.logging.Logging;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs in one process, on a real PostgreSQL and a real Redis. */
class JobsTest {
    public record Greet(String name) {}

    public record Fail(String name) {}

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final RetryPolicy ONCE = policy(1, SOON, 0);

    private final Postgres postgres = Effects.newDatabase();
    private final Redis redis = TestServices.shared().redis().connect();
    private final Jobs jobs = new Jobs(redis);
    private final JobTasks tasks = new JobTasks(postgres.jdbi(), jobs);
    private final List<String> greeted = Collections.synchronizedList(new ArrayList<>());
    private Worker worker = new Worker("test", postgres, redis, Duration.ofSeconds(5));

    private static RetryPolicy policy(int attempts, Duration limit, int ownThreads) {
        return new RetryPolicy(attempts, Duration.ofMillis(10), Duration.ofSeconds(1), limit, ownThreads);
    }

    private <J> Worker on(Class<J> type, RetryPolicy policy, Worker.JobHandler<J> handler) {
        return worker.on(type, policy, handler, _ -> {});
    }

    @AfterEach
    void stop() {
        worker.close();
        redis.close();
        postgres.close();
    }

    private void enqueue(Job... wanted) {
        postgres.jdbi().useTransaction(transaction -> jobs.enqueueAll(transaction, List.of(wanted)));
    }

    private void greetings() {
        worker.on(Greet.class, (job, run) -> greeted.add(job.name())).start(4);
    }

    private void awaitGreetings(int count) throws InterruptedException {
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(count, greeted.size(), greeted.toString());
    }

    @Test
    void aCommittedJobRunsOnceAndARolledBackOneNever() throws InterruptedException {
        greetings();
        enqueue(Job.of(new Greet("Ada")));
        assertThrows(
                IllegalStateException.class,
                () -> postgres.jdbi().useTransaction(transaction -> {
                    jobs.enqueue(transaction, new Greet("Nobody"));
                    throw new IllegalStateException();
                }));
        awaitGreetings(1);
        assertEquals(List.of("Ada"), greeted);
    }

    @Test
    void manyAreEnqueuedInOneStatementAndEachRunsOnce() throws InterruptedException {
        enqueue(IntStream.range(0, 500)
                .mapToObj(i -> Job.of(new Greet("n" + i)))
                .toArray(Job[]::new));
        greetings();
        awaitGreetings(500);
        assertEquals(500, greeted.stream().distinct().count());
    }

    @Test
    void theSameKeyTwiceIsOneJob() throws InterruptedException {
        enqueue(Job.of(new Greet("one")).key("k"), Job.of(new Greet("two")).key("k"));
        postgres.jdbi()
                .useTransaction(transaction -> assertFalse(
                        jobs.enqueue(transaction, Job.of(new Greet("three")).key("k"))));
        greetings();
        awaitGreetings(1);
        enqueue(Job.of(new Greet("later")).key("k"));
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals("later", greeted.getLast());
    }

    @Test
    void aJobForLaterWaits() throws InterruptedException {
        greetings();
        enqueue(Job.of(new Greet("later")).at(Instant.now().plusSeconds(2)));
        Thread.sleep(1000);
        assertEquals(List.of(), greeted);
        awaitGreetings(1);
    }

    @Test
    void payloadsAreReadableInTheTableAndCarryTheRequest() throws Exception {
        Logging.forRequest("from-a-request", null, () -> {
            enqueue(Job.of(new Greet("Zoë")));
            return null;
        });
        assertEquals(
                List.of("Zoë from-a-request"),
                Effects.list(
                        postgres,
                        "SELECT (task_data->'job'->>'name') || ' ' || (task_data->>'requestId') FROM jobs",
                        String.class));
        var requests = Collections.synchronizedList(new ArrayList<String>());
        worker.on(Greet.class, (job, run) -> requests.add(String.valueOf(Logging.requestId())))
                .start(1);
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(List.of("from-a-request"), requests);
    }

    @Test
    void aFieldOfAnotherReleaseIsIgnored() throws InterruptedException {
        insert("Greet", "{\"job\": {\"name\": \"Ada\", \"newer\": true}, \"newer\": 1}");
        greetings();
        awaitGreetings(1);
        assertEquals(List.of("Ada"), greeted);
    }

    private void insert(String type, String payload) {
        postgres.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO jobs (task_name, task_instance, task_data, execution_time) VALUES (?, ?, ?::jsonb, now())
                """, type, "inserted-" + payload.hashCode(), payload));
    }

    @Test
    void anUnreadablePayloadDiesAtOnceAndBlocksNobody() throws InterruptedException {
        insert("Greet", "{\"job\": {\"name\": {\"not\": \"a text\"}}}");
        insert("Greet", "{\"other\": 1}");
        insert("Greet", "null");
        greetings();
        enqueue(Job.of(new Greet("Ada")));
        awaitGreetings(1);
        assertEquals(
                3,
                Effects.count(postgres, "dead_jobs WHERE error LIKE 'the payload can''t be read: %' AND attempts = 1"));
    }

    @Test
    void aTypeThatThisReleaseDoesNotKnowWaitsForOneThatDoes() throws InterruptedException {
        enqueue(Job.of(new Fail("unknown here")));
        greetings();
        enqueue(Job.of(new Greet("Ada")));
        Effects.await(postgres, "jobs WHERE task_name = 'Greet'", 0, SOON);
        Thread.sleep(1500);
        assertEquals(1, Effects.count(postgres, "jobs WHERE NOT picked AND consecutive_failures = 0"));
        worker.close();
        worker = new Worker("newer", postgres, redis, Duration.ofSeconds(5));
        worker.on(Fail.class, (job, run) -> greeted.add(job.name())).start(1);
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals("unknown here", greeted.getLast());
    }

    @Test
    void aJobThatAlwaysFailsIsTriedWithGrowingWaitsAndThenDeadUntilItIsRetried() throws Exception {
        var starts = Collections.synchronizedList(new ArrayList<Long>());
        var mended = new CountDownLatch(1);
        on(Fail.class, policy(10, SOON, 0), (job, run) -> {
                    starts.add(System.nanoTime());
                    assertEquals(starts.size() > 10 ? 1 : starts.size(), run.attempt());
                    if (mended.getCount() > 0) throw new IllegalStateException("broken \0 for " + job.name());
                })
                .start(1);
        enqueue(Job.of(new Fail("Ada")));
        while (starts.size() < 10) { // the back-off is shorter here than the poll interval
            Thread.sleep(5);
            jobs.wake();
        }
        Effects.await(postgres, "dead_jobs", 1, SOON);
        assertEquals(0, Effects.count(postgres, "jobs"));
        assertEquals(
                List.of("Fail Ada 10 java.lang.IllegalStateException: broken  for Ada"),
                Effects.list(postgres, """
                        SELECT type || ' ' || (payload->'job'->>'name') || ' ' || attempts || ' ' || error FROM dead_jobs
                        """, String.class));
        assertTrue(starts.get(9) - starts.get(8) > 10 * (starts.get(1) - starts.get(0)), "the waits grow");
        mended.countDown();
        tasks.retry(List.of("--all"));
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(0, Effects.count(postgres, "dead_jobs"));
        assertEquals(11, starts.size());
    }

    @Test
    void waitsGrowAndVary() {
        for (var failures = 1; failures < 9; failures++) {
            var min = RetryPolicy.DEFAULT.waitAfter(failures);
            var max = min;
            for (var i = 0; i < 200; i++) {
                var wait = RetryPolicy.DEFAULT.waitAfter(failures);
                min = wait.compareTo(min) < 0 ? wait : min;
                max = wait.compareTo(max) > 0 ? wait : max;
            }
            assertTrue(min.compareTo(max) < 0);
            assertTrue(RetryPolicy.DEFAULT
                            .waitAfter(failures + 1)
                            .compareTo(max.multipliedBy(9).dividedBy(10))
                    > 0);
        }
        assertTrue(RetryPolicy.DEFAULT.waitAfter(50).compareTo(Duration.ofMinutes(76)) < 0);
    }

    @Test
    void aRunThatTakesTooLongIsInterruptedAndFails() throws Exception {
        on(Fail.class, policy(1, Duration.ofMillis(200), 0), (job, run) -> Thread.sleep(60_000))
                .start(1);
        enqueue(Job.of(new Fail("slow")));
        Effects.await(postgres, "dead_jobs WHERE error LIKE '%it took longer than%'", 1, SOON);
    }

    @Test
    void adminTasksListRetryAndDiscard() throws Exception {
        on(Fail.class, ONCE, (job, run) -> {
                    throw new IllegalStateException("broken");
                })
                .start(1);
        enqueue(Job.of(new Fail("a")), Job.of(new Fail("b")), Job.of(new Fail("c")));
        enqueue(Job.of(new Greet("waits, for nobody knows it")));
        Effects.await(postgres, "dead_jobs", 3, SOON);
        worker.close();
        var output = new ByteArrayOutputStream();
        tasks.list(List.of(), new PrintStream(output));
        assertTrue(output.toString().lines().anyMatch(line -> line.matches("Fail +0 +0 +3")), output.toString());
        assertTrue(output.toString().lines().anyMatch(line -> line.matches("Greet +1 +0 +0")), output.toString());
        var id = output.toString()
                .lines()
                .toList()
                .getLast()
                .replaceAll("^dead +Fail (.*), attempt 1, .*: .*broken$", "$1");
        tasks.retry(List.of(id));
        assertEquals(1, Effects.count(postgres, "jobs WHERE task_name = 'Fail'"));
        assertThrows(DomainError.class, () -> tasks.discard(List.of("Greet")));
        assertEquals(2, Effects.count(postgres, "dead_jobs"));
        tasks.discard(List.of("Fail"));
        assertEquals(0, Effects.count(postgres, "dead_jobs"));
        assertThrows(DomainError.class, () -> tasks.retry(List.of(id)));
        assertEquals(
                Exit.USAGE,
                assertThrows(Exit.class, () -> tasks.retry(List.of())).code());
        assertThrows(DomainError.class, () -> tasks.discard(List.of("x")));
    }

    /** Both ways to die: the handler fails, and a worker that was killed is noticed by its heartbeat. */
    @Test
    void theFeatureIsToldOfADeadJob() throws Exception {
        var told = Collections.synchronizedList(new ArrayList<String>());
        worker.on(
                Fail.class,
                ONCE,
                (_, _) -> {
                    throw new IllegalStateException("broken");
                },
                job -> told.add(job.name()));
        enqueue(Job.of(new Fail("killed")));
        postgres.jdbi().useHandle(handle -> handle.execute("""
                UPDATE jobs SET picked = true, picked_by = 'gone', last_heartbeat = now() - interval '1 hour'
                """));
        enqueue(Job.of(new Fail("failing")));
        worker.start(1);
        Effects.await(postgres, "dead_jobs", 2, Duration.ofSeconds(30));
        assertEquals(List.of("failing", "killed"), told.stream().sorted().toList());
    }

    @Test
    void retryQueuesOneOfSeveralDeadJobsWithTheSameKey() {
        for (var name : List.of("first", "second")) bury(name);
        var told = assertThrows(DomainError.class, () -> tasks.retry(List.of("--all")));
        assertEquals("1 stay dead, for a job with their key is queued: retry them when it is done", told.getMessage());
        assertEquals(1, Effects.count(postgres, "jobs"));
        assertEquals(1, Effects.count(postgres, "dead_jobs"));
        assertThrows(DomainError.class, () -> tasks.retry(List.of("--all"))); // the first job is still queued
        assertEquals(1, Effects.count(postgres, "dead_jobs"));
        postgres.jdbi().useHandle(handle -> handle.execute("DELETE FROM jobs"));
        tasks.retry(List.of("--all"));
        assertEquals(0, Effects.count(postgres, "dead_jobs"));
    }

    private void bury(String name) {
        postgres.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO dead_jobs (type, job, payload, error, attempts, enqueued_at)
                VALUES ('Greet', 'the key', jsonb_build_object('job', jsonb_build_object('name', ?)), 'x', 10, now())
                """, name));
    }

    @Test
    void whatAnotherRetriesAtTheSameMomentIsQueuedOnce() throws Exception {
        bury("once");
        try (var other = postgres.jdbi().open()) {
            other.begin();
            other.execute("DELETE FROM dead_jobs"); // the other's worker has also run it by then
            var second = CompletableFuture.runAsync(() -> tasks.retry(List.of("--all")));
            Effects.await(
                    postgres,
                    "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                    1,
                    SOON);
            other.commit();
            second.join();
        }
        assertEquals(0, Effects.count(postgres, "jobs"));
    }

    @Test
    void aJobOfSecondsDoesNotWaitForJobsOfMinutes() throws Exception {
        var finish = new CountDownLatch(1);
        on(Fail.class, policy(10, Duration.ofMinutes(1), 2), (job, run) -> {
            greeted.add(job.name());
            assertTrue(finish.await(30, TimeUnit.SECONDS));
        });
        worker.on(Greet.class, (job, run) -> greeted.add(job.name())).start(2);
        enqueue(IntStream.range(0, 10)
                .mapToObj(i -> Job.of(new Fail("item " + i)))
                .toArray(Job[]::new));
        Effects.await(postgres, "jobs WHERE picked", 2, SOON); // a worker picks no more jobs than it can run
        enqueue(Job.of(new Greet("welcome")));
        for (var i = 0; i < 100 && !greeted.contains("welcome"); i++) Thread.sleep(20);
        assertTrue(greeted.contains("welcome"), greeted.toString());
        Effects.await(postgres, "jobs", 10, SOON); // a job is deleted soon after its end
        assertEquals(2, Effects.count(postgres, "jobs WHERE picked"));
        assertEquals(8, Effects.count(postgres, "jobs WHERE NOT picked"));
        finish.countDown();
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(0, Effects.count(postgres, "dead_jobs"));
    }

    @Test
    void whatWaitsBehindALongJobIsRunByAnotherWorker() throws Exception {
        var finish = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        worker.on(Greet.class, (job, run) -> {
                    begun.countDown();
                    assertTrue(finish.await(30, TimeUnit.SECONDS));
                })
                .start(1);
        enqueue(Job.of(new Greet("long")), Job.of(new Greet("a")), Job.of(new Greet("b")), Job.of(new Greet("c")));
        assertTrue(begun.await(10, TimeUnit.SECONDS));
        try (var other = new Worker("other", postgres, redis, Duration.ofSeconds(5))) {
            other.on(Greet.class, (job, run) -> greeted.add(job.name())).start(1);
            for (var i = 0; i < 250 && greeted.size() < 3; i++) Thread.sleep(20);
            assertEquals(3, greeted.size(), greeted.toString());
        }
        finish.countDown();
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(3, greeted.size());
        assertEquals(0, Effects.count(postgres, "dead_jobs"));
    }

    @Test
    void aJobThatWasGivenAwayMeanwhileIsLeftAlone() throws Exception {
        enqueue(Job.of(new Greet("once")));
        var store = new JobStore(postgres.jdbi(), "slept");
        postgres.jdbi().useHandle(handle -> handle.execute("UPDATE jobs SET picked = true, version = 7"));
        var id = Effects.list(postgres, "SELECT task_instance FROM jobs", String.class)
                .getFirst();
        assertFalse(store.start(new JobStore.RunId("Greet", id, 7, 1)), "it was not taken here, or handed back");
        store.handBack(List.of(new JobStore.RunId("Greet", id, 6, 1)));
        assertEquals(1, Effects.count(postgres, "jobs WHERE picked"));
        store.handBack(List.of(new JobStore.RunId("Greet", id, 7, 1)));
        assertEquals(0, Effects.count(postgres, "jobs WHERE picked"));
    }

    @Test
    void observersHearOfEachRunAndCannotBreakIt() throws Exception {
        var heard = Collections.synchronizedList(new ArrayList<String>());
        worker.observe((type, outcome, wait, run) -> {
            throw new IllegalStateException("an observer's fault");
        });
        worker.observe((type, outcome, wait, run) -> heard.add(type + " " + outcome));
        on(Fail.class, ONCE, (job, run) -> {
            throw new IllegalStateException("broken");
        });
        greetings();
        enqueue(Job.of(new Greet("a")), Job.of(new Greet("b")), Job.of(new Fail("c")));
        Effects.await(postgres, "dead_jobs", 1, SOON);
        awaitGreetings(2);
        worker.close();
        assertEquals(
                List.of("Fail DEAD", "Greet DONE", "Greet DONE"),
                heard.stream().sorted().toList());
    }

    @Test
    void aClosedWorkerHandsBackWhatItDidNotFinish() throws Exception {
        var started = new CountDownLatch(2);
        worker = new Worker("impatient", postgres, redis, Duration.ofMillis(500));
        worker.on(Greet.class, (job, run) -> {
                    started.countDown();
                    Thread.sleep(60_000);
                })
                .start(2);
        enqueue(IntStream.range(0, 6).mapToObj(i -> Job.of(new Greet("n" + i))).toArray(Job[]::new));
        assertTrue(started.await(10, TimeUnit.SECONDS));
        worker.close();
        assertEquals(6, Effects.count(postgres, "jobs WHERE NOT picked AND consecutive_failures = 0"));
    }

    /** The worker deletes the jobs that it did before it hands back the others, so no job has run and is still queued. */
    @Test
    void aStopAmongManyShortJobsRepeatsNone() throws Exception {
        var all = IntStream.range(0, 5_000).mapToObj(number -> Job.of(new Greet("g" + number)));
        enqueue(all.toArray(Job[]::new));
        greetings();
        for (var i = 0; i < 1_000 && greeted.size() < 500; i++) Thread.sleep(5);
        worker.close();
        var queued = Effects.count(postgres, "jobs");
        assertTrue(queued > 0, "the worker was closed too late to show anything");
        assertEquals(5_000, greeted.size() + queued);
        assertEquals(greeted.size(), Set.copyOf(greeted).size());
    }

    /** The deletion of a job waits while somebody else locks its row, and those of later jobs do not wait for it. */
    @Test
    void aLockedJobDoesNotKeepLaterOnesFromBeingDeleted() throws Exception {
        var started = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        on(Fail.class, policy(10, Duration.ofMinutes(1), 1), (job, run) -> {
            started.countDown();
            assertTrue(finish.await(30, TimeUnit.SECONDS));
        });
        greetings();
        enqueue(Job.of(new Fail("locked")));
        assertTrue(started.await(10, TimeUnit.SECONDS));
        try (var somebody = postgres.dataSource().getConnection()) {
            somebody.setAutoCommit(false);
            somebody.createStatement().execute("SELECT FROM jobs FOR UPDATE");
            finish.countDown();
            Thread.sleep(1_500);
            enqueue(IntStream.range(0, 10)
                    .mapToObj(i -> Job.of(new Greet("n" + i)))
                    .toArray(Job[]::new));
            Effects.await(postgres, "jobs", 1, SOON);
        }
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(10, greeted.size());
    }

    @Test
    void aJobThatGivesUpDuringAStopIsFreeBeforeTheOthersHaveEnded() throws Exception {
        var started = new CountDownLatch(2);
        var end = new CountDownLatch(1);
        worker = new Worker("patient", postgres, redis, Duration.ofSeconds(20));
        worker.on(Greet.class, (job, run) -> {
                    started.countDown();
                    if (job.name().equals("long")) end.await();
                    else while (!run.stopping()) Thread.sleep(10);
                    if (run.stopping() && !job.name().equals("long")) throw new IllegalStateException("stopped");
                })
                .start(2);
        enqueue(Job.of(new Greet("long")), Job.of(new Greet("willing")));
        assertTrue(started.await(10, TimeUnit.SECONDS));
        var closing = Thread.ofVirtual().start(worker::close);
        Effects.await(postgres, "jobs WHERE NOT picked AND consecutive_failures = 0", 1, Duration.ofSeconds(5));
        assertTrue(closing.isAlive());
        end.countDown();
        closing.join();
        assertEquals(1, Effects.count(postgres, "jobs"));
    }
}
