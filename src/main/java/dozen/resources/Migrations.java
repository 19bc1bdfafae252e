package dozen.resources;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date from {@code db/migration} on the class path. */
public final class Migrations {
    private Migrations() {}

    /**
     * Applies what is pending, all of it in one transaction, so a broken migration leaves the schema as it was. Safe when
     * run twice at once: the second waits for the first, then finds nothing to do. A migration that PostgreSQL refuses
     * in a transaction (CREATE INDEX CONCURRENTLY) must go into a release of its own.
     *
     * @return how many were applied
     * @throws Unavailable when PostgreSQL is away
     * @throws FlywayException when a migration is broken
     */
    public static int run(PostgresUrl url) {
        Attach.resource(url.address(), () -> {
            connect(url);
            return true;
        });
        return Flyway.configure()
                .dataSource(url.jdbc(), null, null)
                .jdbcProperties(driverProperties(url))
                .group(true)
                .load()
                .migrate()
                .migrationsExecuted;
    }

    private static Map<String, String> driverProperties(PostgresUrl url) {
        var properties = new HashMap<String, String>();
        url.properties().forEach((name, value) -> properties.put((String) name, (String) value));
        return properties;
    }

    private static void connect(PostgresUrl url) throws SQLException {
        DriverManager.getConnection(url.jdbc(), url.properties()).close();
    }
}
