package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairConnectionsTest {
    private static final int SIZE = 2;

    private final Postgres postgres =
            Postgres.attach(PostgresUrl.parse(TestServices.shared().newDatabase()), SIZE, Duration.ofSeconds(10));

    @AfterEach
    void close() {
        postgres.close();
    }

    private List<Handle> all() {
        var handles = new ArrayList<Handle>();
        for (var i = 0; i < SIZE; i++) handles.add(postgres.jdbi().open());
        return handles;
    }

    @Test
    void aCallerThatWaitsTooLongGetsTheReason() {
        var handles = all();
        var start = System.nanoTime();
        var failure =
                assertThrows(ConnectionException.class, () -> postgres.jdbi().open());
        var waited = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(waited.toMillis() >= 3000 && waited.toMillis() < 4000, waited.toString());
        assertTrue(failure.getCause() instanceof SQLTransientConnectionException, failure.toString());
        assertTrue(TransientFailures.is(failure));
        handles.forEach(Handle::close);
        all().forEach(Handle::close);
    }

    @Test
    void theFirstWhoWaitsIsTheFirstServed() throws Exception {
        var handles = all();
        var served = new CopyOnWriteArrayList<Integer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = new ArrayList<Future<?>>();
            for (var i = 0; i < 10; i++) {
                var number = i;
                waiting.add(threads.submit(() -> postgres.jdbi().useHandle(_ -> served.add(number))));
                Thread.sleep(20);
            }
            handles.removeFirst().close(); // the waiting callers take turns with this one
            for (var each : waiting) each.get(5, TimeUnit.SECONDS);
        }
        handles.forEach(Handle::close);
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), served);
    }

    @Test
    void noConnectionIsLostWhenThoseWhoWaitAreInterrupted() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = new ArrayList<Future<?>>();
            for (var i = 0; i < 500; i++) {
                work.add(threads.submit(() -> postgres.jdbi().withHandle(handle -> handle.execute("SELECT 1"))));
            }
            for (var each : work) {
                if (ThreadLocalRandom.current().nextBoolean()) each.cancel(true);
            }
        }
        all().forEach(Handle::close);
        assertThrows(ConnectionException.class, () -> {
            var handles = all();
            try {
                postgres.jdbi().open().close();
            } finally {
                handles.forEach(Handle::close);
            }
        });
    }
}
