package dozen.services;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Properties;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date from the class path: first {@code db/kit}, the kit's own tables, then the application's,
 * {@code db/migration}. Each has a history of its own, so a newer kit brings its tables along.
 */
public final class Migrations {
    private static final Logger log = LoggerFactory.getLogger(Migrations.class);
    private static final String HISTORY = "flyway_schema_history";
    /** How long to wait for another release, which is asked for once a second. */
    private static final int LOCK_SECONDS = 600;

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
                url,
                pooled -> run(url, pooled, "classpath:db/kit", "kit_schema_history")
                        + run(url, pooled, "classpath:db/migration", HISTORY));
    }

    static int run(PostgresUrl url, String location) {
        return exclusively(url, pooled -> run(url, pooled, location, HISTORY));
    }

    /**
     * Holds a lock while the work runs. Flyway takes its own lock after it has checked whether a history exists, so two
     * releases that create one at the same time would fail. The lock is tried again and again, because a statement that
     * waits for it would hold up CREATE INDEX CONCURRENTLY.
     *
     * <p>A connection pooler in front of PostgreSQL is recognized by the invented process id that it reports when a
     * connection starts. Without a pooler, the lock belongs to the session. Behind a pooler, it must belong to a
     * transaction, because a session has no server process of its own there. CREATE INDEX CONCURRENTLY would wait for
     * that transaction.
     *
     * @param work receives true when there is a pooler
     */
    private static int exclusively(PostgresUrl url, Function<Boolean, Integer> work) {
        var properties = new Properties();
        properties.putAll(url.properties());
        try (var connection =
                TransientFailures.connect(url.toString(), () -> DriverManager.getConnection(url.jdbc(), properties))) {
            Postgres.requireVersion(connection, url.toString());
            var reported = connection.unwrap(PGConnection.class).getBackendPID();
            var pooled = !value(connection, "SELECT pg_backend_pid()").equals(String.valueOf(reported));
            if (pooled) log.warn("""
                    a connection pooler stands before {}: a migration that creates an index concurrently would wait \
                    for ever; give release the direct address""", url.toString());
            connection.setAutoCommit(!pooled);
            var function = pooled ? "pg_try_advisory_xact_lock" : "pg_try_advisory_lock";
            for (var i = 0; i < LOCK_SECONDS; i++) {
                var locked = value(connection, "SELECT " + function + "(hashtext('dozen.migrations'))");
                if (locked.equals("t")) return work.apply(pooled);
                if (pooled) connection.rollback();
                Thread.sleep(1000);
            }
            throw new FlywayException("another release has been at work for " + LOCK_SECONDS + " s");
        } catch (SQLException e) {
            throw ServiceUnavailable.of(url.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlywayException("interrupted while another release is at work");
        }
    }

    private static String value(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static int run(PostgresUrl url, boolean pooled, String location, String history) {
        var configuration = Flyway.configure();
        var extension = configuration.getConfigurationExtension(PostgreSQLConfigurationExtension.class);
        extension.setTransactionalLock(pooled);
        var flyway = configuration
                .dataSource(url.jdbc(), null, null)
                .jdbcProperties(url.properties())
                .locations(location)
                .table(history)
                .baselineOnMigrate(true) // the schema holds the other history's tables
                .baselineVersion("0")
                .group(true)
                .mixed(true)
                .load();
        // A jar without migrations would otherwise count as up to date. Flyway itself fails when an applied migration
        // below the jar's latest is missing, and warns when the history is ahead, as after a rollback.
        if (Arrays.stream(flyway.info().all()).noneMatch(each -> each.getState().isResolved())) {
            throw new FlywayException("no migration was found in " + location);
        }
        return flyway.migrate().migrationsExecuted;
    }
}
