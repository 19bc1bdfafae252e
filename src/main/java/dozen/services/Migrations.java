package dozen.services;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date from the class path: first {@code db/kit}, the kit's own tables, then the application's,
 * {@code db/migration}. Each has a history of its own, so a newer kit brings its tables along.
 */
public final class Migrations {
    private static final Logger log = LoggerFactory.getLogger(Migrations.class);
    /** How long to wait for another release, which is asked for once a second. */
    private static final int LOCK_SECONDS = 600;

    private static final Duration STATEMENT_LIMIT = Duration.ofDays(1);

    private Migrations() {}

    /**
     * Applies all pending migrations, each history in one transaction, so a broken one leaves its part of the schema as
     * it was. Two releases may run at the same time: the second waits for the first, then finds nothing to do. When
     * PostgreSQL refuses to run one of the pending migrations in a transaction (CREATE INDEX CONCURRENTLY), all of them
     * run without one, so such a migration should have a release of its own.
     *
     * @return how many were applied
     */
    public static int run(Postgres.Url url) {
        var applied = run(url, "classpath:db/kit", "classpath:db/migration");
        log.info("{} migrations applied", applied);
        return applied;
    }

    /**
     * Holds a lock while it works. Flyway takes its own lock after it has checked whether a history exists, so two
     * releases that create one at the same time would fail. The lock is tried again and again, because a statement that
     * waits for it would hold up CREATE INDEX CONCURRENTLY.
     *
     * <p>The lock belongs to the session. Behind a connection pooler, it must belong to a transaction, because a session
     * has no server process of its own there. CREATE INDEX CONCURRENTLY would wait for that transaction.
     */
    static int run(Postgres.Url url, String... locations) {
        var source = new PostgresDataSource(url, STATEMENT_LIMIT);
        try (var connection = ServiceUnavailable.connect(url.toString(), source::getConnection);
                var statement = connection.createStatement()) {
            Postgres.requireVersion(connection, url.toString());
            var pooled = source.isPooled();
            if (pooled) log.warn("""
                    a connection pooler stands before {}: a migration that creates an index concurrently would wait \
                    for ever; give release the direct address""", url);
            connection.setAutoCommit(!pooled);
            var lock = "SELECT pg_try_advisory_%slock(hashtext('dozen.migrations'))".formatted(pooled ? "xact_" : "");
            for (var i = 0; i < LOCK_SECONDS && !Thread.currentThread().isInterrupted(); i++) {
                var row = statement.executeQuery(lock);
                if (row.next() && row.getBoolean(1)) {
                    return Arrays.stream(locations)
                            .mapToInt(each -> migrate(source, each))
                            .sum();
                }
                if (pooled) connection.rollback();
                LockSupport.parkNanos(1_000_000_000);
            }
            throw new FlywayException("another release is still at work");
        } catch (SQLException e) {
            throw ServiceUnavailable.of(url.toString(), e);
        }
    }

    private static int migrate(PostgresDataSource source, String location) {
        var configuration = Flyway.configure();
        var extension = configuration.getConfigurationExtension(PostgreSQLConfigurationExtension.class);
        extension.setTransactionalLock(source.isPooled());
        var flyway = configuration
                .dataSource(source)
                .locations(location)
                .table(location.endsWith("/kit") ? "kit_schema_history" : "flyway_schema_history")
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
