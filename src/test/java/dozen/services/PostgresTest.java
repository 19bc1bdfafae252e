package dozen.services;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.TestServices;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class PostgresTest {
    private static final String SIGN_UP = """
            {"email": "%s@example.com", "password": "correct horse battery", "name": "Zoë"}""";

    @Test
    void connectionsToAServerThatOnlyReadsNowAreGivenUp() {
        var url = PostgresUrl.parse(TestServices.shared().newDatabase());
        try (var postgres = Postgres.attach(url, 3, Duration.ofSeconds(5))) {
            var open = new ArrayList<Handle>();
            for (var i = 0; i < 3; i++) open.add(postgres.jdbi().open());
            // As after a failover: what these three lead to is a replica now.
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

    @Test
    void aServerThatOnlyReadsIsAwayForWritesAndWellAtOnceAfterwards() throws Exception {
        try (var server = TestServices.startPostgres("read-only", 0)) {
            server.execute("postgres", "DROP DATABASE IF EXISTS app WITH (FORCE)", "CREATE DATABASE app");
            Migrations.run(PostgresUrl.parse(server.url("app")));
            try (var academy = RunningAcademy.start(Map.of("DATABASE_URL", server.url("app")))) {
                assertEquals(
                        201,
                        academy.post("/api/accounts", SIGN_UP.formatted("one")).statusCode());
                server.execute(
                        "postgres", "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
                for (var i = 0; i < 500 && isReady(academy); i++) Thread.sleep(10);
                var refused = academy.post("/api/accounts", SIGN_UP.formatted("two"));
                assertEquals(503, refused.statusCode(), refused.body());
                assertEquals(503, academy.get("/health/ready").statusCode());
                server.execute(
                        "postgres",
                        "SET default_transaction_read_only = off",
                        "ALTER SYSTEM RESET default_transaction_read_only",
                        "SELECT pg_reload_conf()");
                for (var i = 0; i < 200 && !isReady(academy); i++) Thread.sleep(10);
                assertEquals(
                        201,
                        academy.post("/api/accounts", SIGN_UP.formatted("two")).statusCode());
            }
        }
    }

    private static boolean isReady(RunningAcademy academy) {
        return academy.get("/health/ready").statusCode() == 200;
    }
}
