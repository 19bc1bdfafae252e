package dozen.services;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date from the class path: first {@code db/kit}, the kit's own tables, then {@code db/migration},
 * the application's. Each has a history of its own, so a newer kit brings its tables along.
 */
public final class Migrations {
    private static final Logger log = LoggerFactory.getLogger(Migrations.class);
    /** How long to wait for another release, which is asked for once a second. */
    private static final int LOCK_SECONDS = 600;

    private static final String LOCK = "dozen.migrations";
    private static final String KIT = "classpath:db/kit";
    private static final String APPLICATION = "classpath:db/migration";
    private static final String HISTORY = "flyway_schema_history";

    private Migrations() {}

    /**
     * Applies all pending migrations, each history in one transaction, so a broken one leaves its part of the schema as
     * it was. Two releases may run at the same time: the second waits for the first, then finds nothing to do. When
     * PostgreSQL refuses to run one of the pending migrations in a transaction (CREATE INDEX CONCURRENTLY), all of them
     * run without one, so such a migration should have a release of its own.
     *
     * @return how many were applied
     * @throws ServiceUnavailable when PostgreSQL is away
     * @throws FlywayException when a migration is broken or missing
     */
    public static int run(PostgresUrl url) {
        return exclusively(
                url, pooled -> run(url, pooled, KIT, "kit_schema_history") + run(url, pooled, APPLICATION, HISTORY));
    }

    static int run(PostgresUrl url, String location) {
        return exclusively(url, pooled -> run(url, pooled, location, HISTORY));
    }

    /**
     * Holds a lock while the work runs. Flyway's own lock begins after it looked whether a history exists, so two
     * releases that began one at the same time would fail. The lock is asked for again and again: a statement that waits
     * for it would hold up CREATE INDEX CONCURRENTLY.
     *
     * @param work is told whether a connection pooler stands before PostgreSQL
     */
    private static int exclusively(PostgresUrl url, Function<Boolean, Integer> work) {
        var pooled = ConnectRetry.resource(url.address(), () -> isPooled(url));
        if (pooled) {
            log.warn(
                    "a connection pooler stands before {}: a migration that creates an index concurrently would wait for"
                            + " ever; give release the direct address",
                    url.address());
        }
        try (var connection = DriverManager.getConnection(url.jdbc(), url.properties())) {
            connection.setAutoCommit(!pooled); // behind a pooler only a transaction keeps its server process
            for (var i = 0; i < LOCK_SECONDS; i++) {
                if (lock(connection, pooled)) return work.apply(pooled);
                if (pooled) connection.rollback();
                Thread.sleep(1000);
            }
            throw new FlywayException("another release has been at work for " + LOCK_SECONDS + " s");
        } catch (SQLException e) {
            throw ConnectRetry.away(url.address(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlywayException("interrupted while another release is at work");
        }
    }

    private static boolean lock(Connection connection, boolean pooled) throws SQLException {
        var function = pooled ? "pg_try_advisory_xact_lock" : "pg_try_advisory_lock";
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT %s(hashtext('%s'))".formatted(function, LOCK))) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static int run(PostgresUrl url, boolean pooled, String location, String history) {
        var configuration = Flyway.configure();
        configuration
                .getConfigurationExtension(PostgreSQLConfigurationExtension.class)
                .setTransactionalLock(pooled);
        var flyway = configuration
                .dataSource(url.jdbc(), null, null)
                .jdbcProperties(driverProperties(url))
                .locations(location)
                .table(history)
                .baselineOnMigrate(true) // the schema holds the other history's tables
                .baselineVersion("0")
                .group(true)
                .mixed(true)
                .load();
        // A jar without migrations would otherwise count as up to date. Flyway itself detects the other cases: it fails
        // when an applied migration below the jar's latest is missing, and warns when the history is ahead, as after a
        // rollback.
        if (Arrays.stream(flyway.info().all()).noneMatch(each -> each.getState().isResolved())) {
            throw new FlywayException("no migration was found in " + location);
        }
        return flyway.migrate().migrationsExecuted;
    }

    private static Map<String, String> driverProperties(PostgresUrl url) {
        var properties = new HashMap<String, String>();
        url.properties().forEach((name, value) -> properties.put((String) name, (String) value));
        return properties;
    }

    /**
     * Tells whether a connection pooler stands before PostgreSQL: a pooler reports a made-up process id when a
     * connection starts, which differs from the server's. Without a pooler, Flyway's lock against a second release
     * belongs to the session. Behind a pooler it must belong to a transaction, for which CREATE INDEX CONCURRENTLY
     * would wait.
     */
    private static boolean isPooled(PostgresUrl url) throws SQLException {
        try (var connection = DriverManager.getConnection(url.jdbc(), url.properties());
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID();
        }
    }
}
