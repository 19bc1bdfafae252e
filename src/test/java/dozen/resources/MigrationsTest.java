package dozen.resources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.TestServices;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    @Test
    void anIndexIsMadeConcurrentlyAndNotWaitedForForEver() {
        var url = PostgresUrl.parse(TestServices.shared().newEmptyDatabase());
        assertEquals(
                2,
                assertTimeoutPreemptively(
                        Duration.ofSeconds(30), () -> Migrations.run(url, "classpath:db/concurrently")));
        assertEquals(0, Migrations.run(url, "classpath:db/concurrently"));
        try (var postgres = Postgres.attach(url, 1, Duration.ofSeconds(5))) {
            var valid = postgres.jdbi()
                    .withHandle(handle -> handle.createQuery(
                                    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'large_id'::regclass")
                            .mapTo(Boolean.class)
                            .one());
            assertEquals(true, valid);
        }
    }
}
