package dozen.jobs;

import static dozen.jobs.TestJobs.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dozen.jobs.TestJobs.Greet;
import dozen.logging.Logging;
import dozen.services.Postgres;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Jobs in one process, on a real PostgreSQL and a real Redis. */
@Execution(ExecutionMode.CONCURRENT) // they wait most of the time
class JobsTest {
    private final TestJobs given = new TestJobs();
    private final Postgres postgres = given.postgres;

    @AfterEach
    void stop() {
        given.close();
    }

    @Test
    void aCommittedJobRunsOnceAndARolledBackOneNever() throws InterruptedException {
        given.greetings();
        given.enqueue(Job.of(new Greet("Ada")));
        assertThrows(
                IllegalStateException.class,
                () -> postgres.jdbi().useTransaction(transaction -> {
                    given.jobs.enqueue(transaction, new Greet("Nobody"));
                    throw new IllegalStateException();
                }));
        given.awaitGreetings(1);
        assertEquals(List.of("Ada"), given.greeted);
    }

    @Test
    void manyAreEnqueuedInOneStatementAndEachRunsOnce() throws InterruptedException {
        given.enqueue(IntStream.range(0, 500)
                .mapToObj(i -> Job.of(new Greet("n" + i)))
                .toArray(Job[]::new));
        given.greetings();
        given.awaitGreetings(500);
        assertEquals(500, given.greeted.stream().distinct().count());
    }

    @Test
    void theSameKeyTwiceIsOneJob() throws InterruptedException {
        given.enqueue(
                Job.of(new Greet("one")).key("k"), Job.of(new Greet("two")).key("k"));
        postgres.jdbi()
                .useTransaction(transaction -> assertFalse(given.jobs.enqueue(
                        transaction, Job.of(new Greet("three")).key("k"))));
        given.greetings();
        given.awaitGreetings(1);
        given.enqueue(Job.of(new Greet("later")).key("k"));
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals("later", given.greeted.getLast());
    }

    @Test
    void aJobForLaterWaits() throws InterruptedException {
        given.greetings();
        given.enqueue(Job.of(new Greet("later")).at(Instant.now().plusSeconds(4)));
        Thread.sleep(1000);
        assertEquals(List.of(), given.greeted);
        given.awaitGreetings(1);
    }

    @Test
    void payloadsAreReadableInTheTableAndCarryTheRequest() throws Exception {
        Logging.withFields(Map.of(Logging.REQUEST_ID, "from-a-request"), () -> {
            given.enqueue(Job.of(new Greet("Zoë")));
            return null;
        });
        assertEquals(
                List.of("Zoë from-a-request"),
                Effects.list(
                        postgres,
                        "SELECT (task_data->'job'->>'name') || ' ' || (task_data->>'requestId') FROM jobs",
                        String.class));
        var requests = Collections.synchronizedList(new ArrayList<String>());
        given.worker
                .on(Greet.class, (job, run) -> requests.add(String.valueOf(Logging.requestId())))
                .start(1);
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(List.of("from-a-request"), requests);
    }

    @Test
    void aFieldOfAnotherReleaseIsIgnored() throws InterruptedException {
        given.insert("Greet", "{\"job\": {\"name\": \"Ada\", \"newer\": true}, \"newer\": 1}");
        given.greetings();
        given.awaitGreetings(1);
        assertEquals(List.of("Ada"), given.greeted);
    }
}
