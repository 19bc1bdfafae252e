package dozen.services;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections for the pool, and sets each up for what answers: PostgreSQL, or a connection pooler before it, which
 * invents the process id that it reports. A pooler may give each transaction another server connection. What belongs to
 * one must not be relied on there, nor be left behind for others: prepared statements, and the limit of a statement.
 */
final class PostgresDataSource extends PGSimpleDataSource {
    private static final Logger log = LoggerFactory.getLogger(PostgresDataSource.class);
    /** The limit is set by a statement, because poolers refuse it as a start-up option. */
    private static final String SET_UP = """
            SELECT pooled, set_config('statement_timeout', '%d', pooled)
            FROM (SELECT pg_backend_pid() <> %d) AS reported (pooled)""";

    private final Postgres.Url address;
    private final Properties properties = new Properties();
    private final Duration statementLimit;
    private final Runnable onPooler;
    private boolean pooled;

    /** @param onPooler called once when a pooler answers, because the caller then has to limit statements */
    PostgresDataSource(Postgres.Url address, Duration statementLimit, Runnable onPooler) {
        this.address = address;
        this.statementLimit = statementLimit;
        this.onPooler = onPooler;
        properties.put("connectTimeout", "3");
        properties.put("loginTimeout", "3");
        properties.put("tcpKeepAlive", "true");
        // The server ends a slow statement; this ends the wait for a server that fell silent.
        properties.put("socketTimeout", String.valueOf(statementLimit.toSeconds() + 5));
        properties.putAll(address.properties());
    }

    @Override
    public Connection getConnection() throws SQLException {
        var connection = DriverManager.getConnection(address.jdbc(), properties);
        try (var statement = connection.createStatement()) {
            var driver = connection.unwrap(PGConnection.class);
            var row = statement.executeQuery(SET_UP.formatted(statementLimit.toMillis(), driver.getBackendPID()));
            row.next();
            if (row.getBoolean(1)) useWithPooler(driver);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private synchronized void useWithPooler(PGConnection driver) {
        driver.setPrepareThreshold(0); // never by name
        if (pooled) return;
        pooled = true;
        onPooler.run();
        log.info("a connection pooler stands before PostgreSQL: no statement is prepared by name");
    }
}
