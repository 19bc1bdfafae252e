package dozen.services;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class PostgresTest {
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
