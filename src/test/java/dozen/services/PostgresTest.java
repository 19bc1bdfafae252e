package dozen.services;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PostgresTest {
    @Test
    void aCallerThatWaitsTooLongGetsTheReason() {
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        try (var postgres = new Postgres(url, 2, Duration.ofSeconds(10)).connect()) {
            var handles = List.of(postgres.jdbi().open(), postgres.jdbi().open());
            var start = System.nanoTime();
            var failure = assertThrows(
                    ConnectionException.class, () -> postgres.jdbi().open());
            var waited = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(waited.toMillis() >= 3000 && waited.toMillis() < 10_000, waited.toString());
            assertTrue(failure.getCause() instanceof SQLTransientConnectionException, failure.toString());
            assertTrue(ServiceUnavailable.isCauseOf(failure));
            handles.forEach(Handle::close);
            postgres.jdbi().open().close();
        }
    }

    @Test
    void aCallerThatIsInterruptedWhileItWaitsGetsTheReason() throws Exception {
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        try (var postgres = new Postgres(url, 1, Duration.ofSeconds(10)).connect();
                var open = postgres.jdbi().open()) {
            var failure = new CompletableFuture<Throwable>();
            var waiting = Thread.startVirtualThread(() -> failure.complete(assertThrows(
                    ConnectionException.class, () -> postgres.jdbi().open())));
            Thread.sleep(200);
            waiting.interrupt();
            assertTrue(ServiceUnavailable.isCauseOf(failure.get(2, TimeUnit.SECONDS)));
            assertFalse(open.isClosed());
        }
    }

    @Test
    void nothingIsOpenedBeforeTheFirstUse() throws Exception {
        try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(300);
            var address = "127.0.0.1:" + server.getLocalPort();
            var postgres = new Postgres(Postgres.Url.parse("postgres://u@" + address + "/d"), 1, Duration.ofSeconds(5));
            try (postgres;
                    var redis = new Redis(new Redis.Settings(Redis.Url.parse("redis://" + address), true, 5))) {
                assertThrows(SocketTimeoutException.class, server::accept);
            }
        }
    }

    @Test
    void connectionsToAServerThatOnlyReadsNowAreGivenUp() {
        var services = TestServices.shared();
        var url = Postgres.Url.parse(services.direct(services.newDatabase()));
        try (var postgres = new Postgres(url, 3, Duration.ofSeconds(5)).connect()) {
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
                assertTrue(ServiceUnavailable.isCauseOf(failure), failure.toString());
            }
            assertDoesNotThrow(() -> postgres.jdbi().useHandle(handle -> handle.execute("CREATE TABLE t (id int)")));
            assertDoesNotThrow(postgres::ping);
        }
    }

    @Test
    void theMessageOfAFailedStatementShowsNoArguments() {
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        try (var postgres = new Postgres(url, 1, Duration.ofSeconds(5)).connect()) {
            var failure = assertThrows(
                    RuntimeException.class,
                    () -> postgres.jdbi()
                            .useHandle(handle -> handle.createUpdate("INSERT INTO missing VALUES (:password)")
                                    .bind("password", "canary")
                                    .execute()));
            assertFalse(failure.toString().contains("canary"), failure.toString());
        }
    }

    /** PostgreSQL tells the whole row, such as an account with the hash of its password. */
    @Test
    void theMessageOfAFailedStatementShowsNoRow() {
        var url = Postgres.Url.parse(TestServices.shared().newEmptyDatabase());
        try (var postgres = new Postgres(url, 1, Duration.ofSeconds(5)).connect()) {
            var failure = assertThrows(
                    UnableToExecuteStatementException.class,
                    () -> postgres.jdbi().useHandle(handle -> {
                        handle.execute("CREATE TEMPORARY TABLE accounts (password text, name text NOT NULL)");
                        handle.execute("INSERT INTO accounts (password) VALUES ('a secret')");
                    }));
            assertFalse(
                    failure.getCause().getMessage().contains("a secret"),
                    failure.getCause().getMessage());
        }
    }

    @Test
    void aWriteThatIsGivenUpDoesNotLookDone() {
        Thread.currentThread().interrupt();
        assertThrows(
                ServiceUnavailable.class,
                () -> Postgres.retry(() -> {
                    throw new ServiceUnavailable("away");
                }));
        assertTrue(Thread.interrupted());
    }

    /** PostgreSQL itself answers, through a proxy that changes the version with which it greets. */
    @Test
    void aServerThatIsTooOldIsRefusedInOneLine() throws Exception {
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        var address = URI.create(url.jdbc().substring("jdbc:".length()));
        try (var proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> forward(proxy, address.getPort()));
            Thread.startVirtualThread(() -> forward(proxy, address.getPort()));
            var old = Postgres.Url.parse(
                    "postgres://postgres:postgres@127.0.0.1:" + proxy.getLocalPort() + address.getPath());
            for (var use : List.<Executable>of(
                    () -> Migrations.run(old),
                    () -> new Postgres(old, 1, Duration.ofSeconds(5)).connect().close())) {
                var failure = assertThrows(ServiceUnavailable.class, use);
                assertEquals(old + " is PostgreSQL 14: 15 or newer is needed", failure.getMessage());
            }
        }
    }

    private static void forward(ServerSocket proxy, int port) {
        try (var client = proxy.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var requests = Thread.startVirtualThread(() -> {
                try {
                    client.getInputStream().transferTo(server.getOutputStream());
                } catch (IOException e) {
                    // The test has ended.
                }
            });
            var buffer = new byte[8192];
            for (int n; (n = server.getInputStream().read(buffer)) > 0; ) {
                var text = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
                var older = text.replaceFirst("server_version\0\\d\\d", "server_version\0" + "14");
                client.getOutputStream().write(older.getBytes(StandardCharsets.ISO_8859_1));
            }
            requests.join();
        } catch (IOException | InterruptedException e) {
            // The test has ended.
        }
    }
}
