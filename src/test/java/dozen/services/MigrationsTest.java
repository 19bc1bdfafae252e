package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.TestServices;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT) // they wait most of the time
class MigrationsTest {
    /** Releases use the direct address, for the sake of migrations that run outside a transaction. */
    private static Postgres.Url newDatabase() {
        var services = TestServices.shared();
        return Postgres.Url.parse(services.direct(services.newEmptyDatabase()));
    }

    @Test
    void missingMigrationsFailAndANewerHistoryDoesNot() {
        var url = newDatabase();
        assertThrows(FlywayException.class, () -> Migrations.run(url, "classpath:db/nowhere"));
        Migrations.run(url, "classpath:db/concurrently");
        assertThrows(FlywayException.class, () -> Migrations.run(url, "classpath:db/nowhere"));
        try (var postgres = new Postgres(url, 1, Duration.ofSeconds(5)).connect()) {
            var history =
                    "INSERT INTO flyway_schema_history SELECT max(installed_rank) + 1, '%s', 'x', 'SQL', 'x.sql', 1,"
                            + " 'x', now(), 1, true FROM flyway_schema_history";
            postgres.jdbi().useHandle(handle -> handle.execute(history.formatted("9")));
            assertEquals(0, Migrations.run(url, "classpath:db/concurrently"));
            postgres.jdbi().useHandle(handle -> handle.execute(history.formatted("1.5")));
            assertThrows(FlywayException.class, () -> Migrations.run(url, "classpath:db/concurrently"));
        }
    }

    @Test
    void anIndexIsMadeConcurrentlyAndNotWaitedForForEver() {
        var url = newDatabase();
        assertEquals(
                2,
                assertTimeoutPreemptively(
                        Duration.ofSeconds(30), () -> Migrations.run(url, "classpath:db/concurrently")));
        assertEquals(0, Migrations.run(url, "classpath:db/concurrently"));
        try (var postgres = new Postgres(url, 1, Duration.ofSeconds(5)).connect()) {
            var valid = postgres.jdbi()
                    .withHandle(handle -> handle.createQuery(
                                    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'large_id'::regclass")
                            .mapTo(Boolean.class)
                            .one());
            assertEquals(true, valid);
        }
    }

    @Test
    void releasesAtOnceApplyEachMigrationOnce() throws Exception {
        var all = Migrations.run(newDatabase());
        assertEquals(all, atOnce(Migrations::run));
        assertEquals(2, atOnce(url -> Migrations.run(url, "classpath:db/concurrently")));
    }

    private static int atOnce(ToIntFunction<Postgres.Url> release) throws Exception {
        var url = newDatabase();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var releases = threads.invokeAll(
                    Collections.nCopies(3, (Callable<Integer>) () -> release.applyAsInt(url)), 60, TimeUnit.SECONDS);
            var applied = 0;
            for (var each : releases) applied += each.get();
            return applied;
        }
    }
}
