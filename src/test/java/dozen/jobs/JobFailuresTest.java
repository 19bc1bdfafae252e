package dozen.jobs;

import static dozen.jobs.TestJobs.ONCE;
import static dozen.jobs.TestJobs.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.domain.DomainError;
import dozen.domain.Exit;
import dozen.jobs.Job.RetryPolicy;
import dozen.jobs.TestJobs.Fail;
import dozen.jobs.TestJobs.Greet;
import dozen.services.Postgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Jobs that fail, die, and are queued again by an administrator. */
@Execution(ExecutionMode.CONCURRENT) // they wait most of the time
class JobFailuresTest {
    private final TestJobs given = new TestJobs();
    private final Postgres postgres = given.postgres;
    private final JobTasks tasks = new JobTasks(postgres.jdbi(), given.jobs);

    @AfterEach
    void stop() {
        given.close();
    }

    @Test
    void anUnreadablePayloadDiesAtOnceAndBlocksNobody() throws InterruptedException {
        given.insert("Greet", "{\"job\": {\"name\": {\"not\": \"a text\"}}}");
        given.insert("Greet", "{\"other\": 1}");
        given.insert("Greet", "null");
        given.greetings();
        given.enqueue(Job.of(new Greet("Ada")));
        given.awaitGreetings(1);
        assertEquals(
                3,
                Effects.count(postgres, "dead_jobs WHERE error LIKE 'the payload can''t be read: %' AND attempts = 1"));
    }

    @Test
    void aJobThatAlwaysFailsIsTriedWithGrowingWaitsAndThenDeadUntilItIsRetried() throws Exception {
        var starts = Collections.synchronizedList(new ArrayList<Long>());
        var mended = new CountDownLatch(1);
        given.on(Fail.class, TestJobs.policy(10, SOON, 0), (job, run) -> {
                    starts.add(System.nanoTime());
                    assertEquals(starts.size() > 10 ? 1 : starts.size(), run.attempt());
                    if (mended.getCount() > 0) throw new IllegalStateException("broken \0 for " + job.name());
                })
                .start(1);
        given.enqueue(Job.of(new Fail("Ada")));
        while (starts.size() < 10) { // the back-off is shorter here than the poll interval
            Thread.sleep(5);
            given.jobs.wake();
        }
        Effects.await(postgres, "dead_jobs", 1, SOON);
        assertEquals(0, Effects.count(postgres, "jobs"));
        assertEquals(
                List.of("Fail Ada 10 java.lang.IllegalStateException: broken  for Ada"),
                Effects.list(postgres, """
                        SELECT type || ' ' || (payload->'job'->>'name') || ' ' || attempts || ' ' || error FROM dead_jobs
                        """, String.class));
        var isShort = IntStream.range(0, 5).anyMatch(i -> starts.get(i + 1) - starts.get(i) < 500_000_000);
        assertTrue(isShort, "the first waits are 10, 20, 40, 80 and 160 ms");
        assertTrue(starts.get(9) - starts.get(8) > 700_000_000, "the waits grow to 1 s");
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
        given.on(Fail.class, TestJobs.policy(1, Duration.ofMillis(200), 0), (job, run) -> Thread.sleep(60_000))
                .start(1);
        given.enqueue(Job.of(new Fail("slow")));
        Effects.await(postgres, "dead_jobs WHERE error LIKE '%it took longer than%'", 1, SOON);
    }

    /** Both ways to die: the handler fails, and a worker that was killed is noticed by its heartbeat. */
    @Test
    void theFeatureIsToldOfADeadJob() throws Exception {
        var told = Collections.synchronizedList(new ArrayList<String>());
        given.worker.on(
                Fail.class,
                ONCE,
                (_, _) -> {
                    throw new IllegalStateException("broken");
                },
                job -> told.add(job.name()));
        given.enqueue(Job.of(new Fail("killed")));
        postgres.jdbi().useHandle(handle -> handle.execute("""
                UPDATE jobs SET picked = true, picked_by = 'gone', last_heartbeat = now() - interval '1 hour'
                """));
        given.enqueue(Job.of(new Fail("failing")));
        given.worker.start(1);
        Effects.await(postgres, "dead_jobs", 2, Duration.ofSeconds(30));
        assertEquals(List.of("failing", "killed"), told.stream().sorted().toList());
    }

    /** An interrupt can be swallowed or ignored: the attempt has failed all the same, and its thread runs other jobs. */
    @Test
    void aRunThatTakesTooLongHasFailedWhateverItMakesOfTheInterrupt() throws Exception {
        var end = new CountDownLatch(1);
        given.on(Fail.class, TestJobs.policy(1, Duration.ofMillis(200), 0), (job, run) -> {
                    try {
                        Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                        if (job.name().equals("deaf")) awaitInSpiteOfInterrupts(end);
                    }
                })
                .start(1);
        given.enqueue(Job.of(new Fail("returns")), Job.of(new Fail("deaf")), Job.of(new Fail("next")));
        try {
            Effects.await(postgres, "dead_jobs WHERE error LIKE '%it took longer than%'", 3, Duration.ofSeconds(30));
        } finally {
            end.countDown();
        }
    }

    private static void awaitInSpiteOfInterrupts(CountDownLatch end) {
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                // deaf
            }
        }
    }

    @Test
    void aFailureWithoutAMessageIsAFailureLikeAnyOther() throws Exception {
        given.worker.on(
                Fail.class,
                RetryPolicy.DEFAULT,
                (_, _) -> {
                    throw new Job.PermanentFailure(null);
                },
                _ -> {
                    throw new StackOverflowError("told");
                });
        given.worker.start(1);
        given.enqueue(Job.of(new Fail("a")));
        Effects.await(postgres, "dead_jobs", 1, SOON);
        assertEquals(0, Effects.count(postgres, "jobs"));
    }

    @Test
    void adminTasksListRetryAndDiscard() throws Exception {
        given.on(Fail.class, ONCE, (job, run) -> {
                    throw new IllegalStateException("broken");
                })
                .start(1);
        given.enqueue(Job.of(new Fail("a")), Job.of(new Fail("b")), Job.of(new Fail("c")));
        given.enqueue(Job.of(new Greet("waits, for nobody knows it")));
        Effects.await(postgres, "dead_jobs", 3, SOON);
        given.worker.close();
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

    @Test
    void whatAnotherRetriesAtTheSameMomentIsQueuedOnce() throws Exception {
        bury("once");
        try (var other = postgres.jdbi().open()) {
            other.begin();
            other.execute("DELETE FROM dead_jobs"); // the other's worker has also run it by then
            var second = CompletableFuture.runAsync(() -> tasks.retry(List.of("--all")), Thread::startVirtualThread);
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

    private void bury(String name) {
        postgres.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO dead_jobs (type, job, payload, error, attempts, enqueued_at)
                VALUES ('Greet', 'the key', jsonb_build_object('job', jsonb_build_object('name', ?)), 'x', 10, now())
                """, name));
    }
}
