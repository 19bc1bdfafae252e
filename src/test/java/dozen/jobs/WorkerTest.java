package dozen.jobs;

import static dozen.jobs.TestJobs.ONCE;
import static dozen.jobs.TestJobs.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.app.Lifecycle;
import dozen.jobs.TestJobs.Fail;
import dozen.jobs.TestJobs.Greet;
import dozen.services.Postgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A worker shares its threads and jobs with others, is observed, and stops. */
@Execution(ExecutionMode.CONCURRENT) // they wait most of the time
class WorkerTest {
    private final TestJobs given = new TestJobs();
    private final Postgres postgres = given.postgres;

    @AfterEach
    void stop() {
        given.close();
    }

    @Test
    void aTypeThatThisReleaseDoesNotKnowWaitsForOneThatDoes() throws InterruptedException {
        given.enqueue(Job.of(new Fail("unknown here")));
        given.greetings();
        given.enqueue(Job.of(new Greet("Ada")));
        Effects.await(postgres, "jobs WHERE task_name = 'Greet'", 0, SOON);
        Thread.sleep(1500);
        assertEquals(1, Effects.count(postgres, "jobs WHERE NOT picked AND consecutive_failures = 0"));
        given.worker.close();
        given.worker = given.worker("newer", 5_000);
        given.worker.on(Fail.class, (job, run) -> given.greeted.add(job.name())).start(1);
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals("unknown here", given.greeted.getLast());
    }

    @Test
    void aJobOfSecondsDoesNotWaitForJobsOfMinutes() throws Exception {
        var finish = new CountDownLatch(1);
        given.on(Fail.class, TestJobs.policy(10, Duration.ofMinutes(1), 2), (job, run) -> {
            given.greeted.add(job.name());
            assertTrue(finish.await(30, TimeUnit.SECONDS));
        });
        given.worker
                .on(Greet.class, (job, run) -> given.greeted.add(job.name()))
                .start(2);
        given.enqueue(IntStream.range(0, 10)
                .mapToObj(i -> Job.of(new Fail("item " + i)))
                .toArray(Job[]::new));
        Effects.await(postgres, "jobs WHERE picked", 2, SOON); // a worker picks no more jobs than it can run
        given.enqueue(Job.of(new Greet("welcome")));
        for (var i = 0; i < 500 && !given.greeted.contains("welcome"); i++) Thread.sleep(20);
        assertTrue(given.greeted.contains("welcome"), given.greeted.toString());
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
        given.worker
                .on(Greet.class, (job, run) -> {
                    begun.countDown();
                    assertTrue(finish.await(30, TimeUnit.SECONDS));
                })
                .start(1);
        given.enqueue(
                Job.of(new Greet("long")), Job.of(new Greet("a")), Job.of(new Greet("b")), Job.of(new Greet("c")));
        assertTrue(begun.await(10, TimeUnit.SECONDS));
        try (var other = given.worker("other", 5_000)) {
            other.on(Greet.class, (job, run) -> given.greeted.add(job.name())).start(1);
            for (var i = 0; i < 250 && given.greeted.size() < 3; i++) Thread.sleep(20);
            assertEquals(3, given.greeted.size(), given.greeted.toString());
        }
        finish.countDown();
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(3, given.greeted.size());
        assertEquals(0, Effects.count(postgres, "dead_jobs"));
    }

    @Test
    void noTwoWorkersHaveTheSameName() {
        var names = IntStream.range(0, 1_000).mapToObj(_ -> new Lifecycle(Duration.ZERO).processName("worker"));
        assertEquals(1_000, names.distinct().count());
    }

    @Test
    void aWaitEndsWhicheverClockIsSetBackOrStandsStill() {
        var now = System.currentTimeMillis();
        var timer = System.nanoTime();
        assertTrue(new JobStore.Since(now + 60_000, timer - 2_000_000_000).millis() >= 2_000);
        assertTrue(new JobStore.Since(now - 2_000, timer).millis() >= 2_000);
    }

    @Test
    void aJobThatWasGivenAwayMeanwhileIsLeftAlone() throws Exception {
        given.enqueue(Job.of(new Greet("once")));
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
        given.worker.observe((type, outcome, wait, run) -> {
            throw new IllegalStateException("an observer's fault");
        });
        given.worker.observe((type, outcome, wait, run) -> heard.add(type + " " + outcome));
        given.on(Fail.class, ONCE, (job, run) -> {
            throw new IllegalStateException("broken");
        });
        given.greetings();
        given.enqueue(Job.of(new Greet("a")), Job.of(new Greet("b")), Job.of(new Fail("c")));
        Effects.await(postgres, "dead_jobs", 1, SOON);
        given.awaitGreetings(2);
        given.worker.close();
        assertEquals(
                List.of("Fail DEAD", "Greet DONE", "Greet DONE"),
                heard.stream().sorted().toList());
    }

    @Test
    void aClosedWorkerHandsBackWhatItDidNotFinish() throws Exception {
        var started = new CountDownLatch(2);
        given.worker = given.worker("impatient", 500);
        given.worker
                .on(Greet.class, (job, run) -> {
                    started.countDown();
                    Thread.sleep(60_000);
                })
                .start(2);
        given.enqueue(
                IntStream.range(0, 6).mapToObj(i -> Job.of(new Greet("n" + i))).toArray(Job[]::new));
        assertTrue(started.await(10, TimeUnit.SECONDS));
        given.worker.close();
        assertEquals(6, Effects.count(postgres, "jobs WHERE NOT picked AND consecutive_failures = 0"));
    }

    /** The worker deletes the jobs that it did before it hands back the others, so no job has run and is still queued. */
    @Test
    void aStopAmongManyShortJobsRepeatsNone() throws Exception {
        var all = IntStream.range(0, 5_000).mapToObj(number -> Job.of(new Greet("g" + number)));
        given.enqueue(all.toArray(Job[]::new));
        given.greetings();
        for (var i = 0; i < 1_000 && given.greeted.size() < 500; i++) Thread.sleep(5);
        given.worker.close();
        var queued = Effects.count(postgres, "jobs");
        assertTrue(queued > 0, "the worker was closed too late to show anything");
        assertEquals(5_000, given.greeted.size() + queued);
        assertEquals(given.greeted.size(), Set.copyOf(given.greeted).size());
    }

    /** The deletion of a job waits while somebody else locks its row, and those of later jobs do not wait for it. */
    @Test
    void aLockedJobDoesNotKeepLaterOnesFromBeingDeleted() throws Exception {
        var started = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        given.on(Fail.class, TestJobs.policy(10, Duration.ofMinutes(1), 1), (job, run) -> {
            started.countDown();
            assertTrue(finish.await(30, TimeUnit.SECONDS));
        });
        given.greetings();
        given.enqueue(Job.of(new Fail("locked")));
        assertTrue(started.await(10, TimeUnit.SECONDS));
        try (var somebody = postgres.dataSource().getConnection()) {
            somebody.setAutoCommit(false);
            somebody.createStatement().execute("SELECT FROM jobs FOR UPDATE");
            finish.countDown();
            Thread.sleep(1_500);
            given.enqueue(IntStream.range(0, 10)
                    .mapToObj(i -> Job.of(new Greet("n" + i)))
                    .toArray(Job[]::new));
            Effects.await(postgres, "jobs", 1, SOON);
        }
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(10, given.greeted.size());
    }

    @Test
    void oneLockedRowKeepsNoneOfTheOthersFromBeingDeleted() throws Exception {
        given.enqueue(
                IntStream.range(0, 50).mapToObj(i -> Job.of(new Greet("n" + i))).toArray(Job[]::new));
        var ids = Effects.list(postgres, "SELECT task_instance FROM jobs", String.class);
        var completer = new JobCompleter(new JobStore(postgres.jdbi(), "here")::delete);
        try (var somebody = postgres.dataSource().getConnection()) {
            somebody.setAutoCommit(false);
            somebody.createStatement().execute("SELECT FROM jobs LIMIT 1 FOR UPDATE");
            for (var id : ids) completer.done(new JobStore.RunId("Greet", id, 1, 1));
            Effects.await(postgres, "jobs", 1, SOON);
            Thread.sleep(1_000);
            given.enqueue(Job.of(new Greet("later")));
            var later = Effects.list(postgres, "SELECT max(task_instance) FROM jobs", String.class);
            completer.done(new JobStore.RunId("Greet", later.getFirst(), 1, 1));
            Effects.await(postgres, "jobs", 1, SOON);
        }
        Effects.await(postgres, "jobs", 0, SOON);
        completer.close(SOON);
    }

    @Test
    void aJobThatGivesUpDuringAStopIsFreeBeforeTheOthersHaveEnded() throws Exception {
        var started = new CountDownLatch(2);
        var end = new CountDownLatch(1);
        given.worker = given.worker("patient", 20_000);
        given.worker
                .on(Greet.class, (job, run) -> {
                    started.countDown();
                    if (job.name().equals("long")) end.await();
                    else while (!run.stopping()) Thread.sleep(10);
                    if (run.stopping() && !job.name().equals("long")) throw new IllegalStateException("stopped");
                })
                .start(2);
        given.enqueue(Job.of(new Greet("long")), Job.of(new Greet("willing")));
        assertTrue(started.await(10, TimeUnit.SECONDS));
        var closing = Thread.ofVirtual().start(given.worker::close);
        Effects.await(postgres, "jobs WHERE NOT picked AND consecutive_failures = 0", 1, Duration.ofSeconds(5));
        assertTrue(closing.isAlive());
        end.countDown();
        closing.join();
        assertEquals(1, Effects.count(postgres, "jobs"));
    }
}
