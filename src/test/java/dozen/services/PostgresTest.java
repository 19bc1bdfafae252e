package dozen.services;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class PostgresTest {
    @Test
    void aCallerThatWaitsTooLongGetsTheReason() {
        var url = PostgresUrl.parse(TestServices.shared().newDatabase());
        try (var postgres = Postgres.attach(url, 2, Duration.ofSeconds(10))) {
            var handles = List.of(postgres.jdbi().open(), postgres.jdbi().open());
            var start = System.nanoTime();
            var failure = assertThrows(
                    ConnectionException.class, () -> postgres.jdbi().open());
            var waited = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(waited.toMillis() >= 3000 && waited.toMillis() < 4000, waited.toString());
            assertTrue(failure.getCause() instanceof SQLTransientConnectionException, failure.toString());
            assertTrue(TransientFailures.is(failure));
            handles.forEach(Handle::close);
            postgres.jdbi().open().close();
        }
    }

    @Test
    void aCallerThatIsInterruptedWhileItWaitsGetsTheReason() throws Exception {
        var url = PostgresUrl.parse(TestServices.shared().newDatabase());
        try (var postgres = Postgres.attach(url, 1, Duration.ofSeconds(10));
                var open = postgres.jdbi().open()) {
            var failure = new CompletableFuture<Throwable>();
            var waiting = Thread.startVirtualThread(() -> failure.complete(assertThrows(
                    ConnectionException.class, () -> postgres.jdbi().open())));
            Thread.sleep(200);
            waiting.interrupt();
            assertTrue(TransientFailures.is(failure.get(2, TimeUnit.SECONDS)));
            assertFalse(open.isClosed());
        }
    }

    @Test
    void nothingIsOpenedBeforeTheFirstUse() throws Exception {
        try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(300);
            var address = "127.0.0.1:" + server.getLocalPort();
            var postgres = new Postgres(PostgresUrl.parse("postgres://u@" + address + "/d"), 1, Duration.ofSeconds(5));
            try (postgres;
                    var redis = new Redis(new Redis.Settings(RedisUrl.parse("redis://" + address), true))) {
                assertThrows(SocketTimeoutException.class, server::accept);
            }
        }
    }

    @Test
    void connectionsToAServerThatOnlyReadsNowAreGivenUp() {
        var url = PostgresUrl.parse(TestServices.shared().newDatabase());
        try (var postgres = Postgres.attach(url, 3, Duration.ofSeconds(5))) {
            var open = new ArrayList<Handle>();
            for (var i = 0; i < 3; i++) open.add(postgres.jdbi().open());
            // As after a failover: the server of these three connections is a replica now.
            open.forEach(handle -> handle.execute("SET default_transaction_read_only = on"));
            open.forEach(Handle::close);
            assertThrows(SQLException.class, postgres::ping);
            for (var i = 0; i < 2; i++) {
                var failure = assertThrows(
                        RuntimeException.class,
                        () -> postgres.jdbi().useHandle(handle -> handle.execute("CREATE TABLE t (id int)")));
                assertTrue(TransientFailures.is(failure), failure.toString());
            }
            assertDoesNotThrow(() -> postgres.jdbi().useHandle(handle -> handle.execute("CREATE TABLE t (id int)")));
            assertDoesNotThrow(postgres::ping);
        }
    }
}
