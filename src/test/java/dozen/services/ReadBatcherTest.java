package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.generic.GenericType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadBatcherTest {
    private static final int MAX_TRIPS = 4;

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Set<Integer>> trips = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch arrived = new CountDownLatch(1);

    @AfterEach
    void close() {
        arrived.countDown();
        callers.close();
    }

    /** One round trip: 0 has no square here, one with -1 fails, and one with -2 hangs until {@code arrived}. */
    private Map<Integer, Integer> squares(Set<Integer> keys) {
        trips.add(Set.copyOf(keys));
        if (keys.contains(-2)) await(arrived);
        if (keys.contains(-1)) throw new IllegalArgumentException("lost");
        var found = new HashMap<Integer, Integer>();
        for (var key : keys) if (key != 0) found.put(key, key * key);
        return found;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new ServiceUnavailable("interrupted");
        }
    }

    private Future<Optional<Integer>> ask(ReadBatcher<Integer, Integer> reads, int key) {
        return callers.submit(() -> reads.get(key));
    }

    /** Starts this many round trips that hang. */
    private void hang(ReadBatcher<Integer, Integer> reads, int count) throws InterruptedException {
        for (var i = 1; i <= count; i++) {
            ask(reads, -2);
            while (trips.size() < i) Thread.sleep(1);
        }
    }

    @Test
    void aSingleCallerIsServedImmediately() {
        var reads = new ReadBatcher<>(this::squares);
        assertEquals(Optional.of(9), reads.get(3));
        assertEquals(Optional.empty(), reads.get(0));
        assertEquals(List.of(Set.of(3), Set.of(0)), trips);
    }

    @Test
    void callersDuringARoundTripShareTheNextOne() throws Exception {
        var reads = new ReadBatcher<>(this::squares);
        hang(reads, MAX_TRIPS);
        var answers = new ArrayList<Future<Optional<Integer>>>();
        for (var key : List.of(1, 2, 2, 0)) answers.add(ask(reads, key));
        Thread.sleep(500);
        assertFalse(answers.stream().anyMatch(Future::isDone));
        arrived.countDown();
        for (var key : List.of(1, 4, 4))
            assertEquals(Optional.of(key), answers.removeFirst().get(5, TimeUnit.SECONDS));
        assertEquals(Optional.empty(), answers.removeFirst().get(5, TimeUnit.SECONDS));
        assertTrue(trips.contains(Set.of(0, 1, 2)), trips.toString());
    }

    @Test
    void aTripThatHangsHoldsUpNobodyElse() throws Exception {
        var reads = new ReadBatcher<>(this::squares);
        hang(reads, MAX_TRIPS - 1);
        for (var key = 1; key < 100; key++) {
            if (key % 10 == 0) Thread.sleep(10);
            assertEquals(Optional.of(key * key), ask(reads, key).get(2, TimeUnit.SECONDS));
        }
    }

    @Test
    void waitingTooLongFails() throws Exception {
        var reads = new ReadBatcher<>(this::squares);
        hang(reads, MAX_TRIPS);
        var start = System.nanoTime();
        assertThrows(ServiceUnavailable.class, () -> reads.get(1));
        var waited = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(waited.toMillis() >= 3000 && waited.toMillis() < 10_000, waited.toString());
        arrived.countDown();
        assertEquals(Optional.of(1), reads.get(1));
    }

    @Test
    void aFailedRoundTripFailsOnlyItsOwnCallers() throws Exception {
        var reads = new ReadBatcher<>(this::squares);
        Future<Optional<Integer>> lost;
        Future<Optional<Integer>> beside;
        var tries = 0;
        do { // on a busy machine, more than 5 ms pass before the first begins, and the second makes a trip of its own
            assertTrue(tries++ < 20, trips.toString());
            trips.clear();
            arrived = new CountDownLatch(1);
            hang(reads, MAX_TRIPS);
            lost = ask(reads, -1);
            beside = ask(reads, 5);
            Thread.sleep(100);
            arrived.countDown();
            for (var each : List.of(lost, beside)) while (!each.isDone()) Thread.sleep(1);
        } while (!trips.contains(Set.of(-1, 5)));
        var failed = lost;
        var failedToo = beside;
        var failure = assertThrows(ExecutionException.class, () -> failed.get(5, TimeUnit.SECONDS));
        assertEquals("lost", failure.getCause().getMessage());
        var other = assertThrows(ExecutionException.class, () -> failedToo.get(5, TimeUnit.SECONDS));
        assertNotSame(failure.getCause(), other.getCause());
        assertEquals("lost", other.getCause().getMessage());
        assertEquals(Optional.of(25), reads.get(5));
    }

    @Test
    void everybodyIsAnsweredAlsoWhenSomeGiveUp() throws Exception {
        var reads = new ReadBatcher<>(this::squares);
        for (var round = 0; round < 50; round++) {
            var answers = new ArrayList<Future<Optional<Integer>>>();
            for (var key = 1; key <= 50; key++) answers.add(ask(reads, key));
            for (var key = 1; key <= 50; key += 7) answers.get(key - 1).cancel(true);
            for (var key = 1; key <= 50; key++) {
                if (key % 7 == 1) continue;
                assertEquals(Optional.of(key * key), answers.get(key - 1).get(5, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void aReadSeesWhatWasCommittedBeforeIt() throws Exception {
        var database = TestServices.shared().newDatabase();
        try (var postgres = new Postgres(Postgres.Url.parse(database), 5, Duration.ofSeconds(5)).connect()) {
            var jdbi = postgres.jdbi();
            jdbi.useHandle(handle -> handle.execute("CREATE TABLE counters (id uuid PRIMARY KEY, count int)"));
            jdbi.useHandle(handle -> handle.execute(
                    "INSERT INTO counters SELECT md5(i::text)::uuid, 0 FROM generate_series(1, 20) AS i"));
            var ids = jdbi.withHandle(handle -> handle.createQuery("SELECT id FROM counters")
                    .mapTo(UUID.class)
                    .list());
            var asked = new AtomicInteger();
            var reads = new ReadBatcher<UUID, Integer>(keys -> {
                asked.incrementAndGet();
                return jdbi.withHandle(
                        handle -> handle.createQuery("SELECT id, count FROM counters WHERE id IN (<ids>)")
                                .bindList("ids", List.copyOf(keys))
                                .setMapKeyColumn("id")
                                .setMapValueColumn("count")
                                .collectInto(new GenericType<Map<UUID, Integer>>() {}));
            });
            var done = new ArrayList<Future<?>>();
            for (var id : ids) {
                done.add(callers.submit(() -> {
                    for (var count = 1; count <= 25; count++) {
                        var now = count;
                        jdbi.useHandle(handle -> handle.execute("UPDATE counters SET count = ? WHERE id = ?", now, id));
                        assertEquals(Optional.of(count), reads.get(id));
                    }
                }));
            }
            for (var each : done) each.get(60, TimeUnit.SECONDS);
            assertTrue(asked.get() < 20 * 25, "no read was shared");
            System.out.printf("batched reads: 500 in %d round trips%n", asked.get());
        }
    }
}
