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
 * Opens connections for the pool. A connection pooler before PostgreSQL reports an invented process id, and may run each
 * transaction on another server connection. So a connection through a pooler uses no named prepared statement, and sets
 * no statement_timeout that other clients would inherit.
 */
final class PostgresDataSource extends PGSimpleDataSource {
    private static final Logger log = LoggerFactory.getLogger(PostgresDataSource.class);
    /** The limit is set by a statement, because poolers refuse it as a start-up option. */
    private static final String SET_UP = """
            SELECT pooled, set_config('statement_timeout', '%d', pooled)
            FROM (SELECT pg_backend_pid() <> %d) AS reported (pooled)""";

    /** A pooler accepts a connection also while PostgreSQL is away, so the set-up has a limit of its own. */
    private static final String SET_UP_SECONDS = "3";

    private final Postgres.Url address;
    private final Properties properties = new Properties();
    private final Duration statementLimit;
    private volatile boolean pooled;

    PostgresDataSource(Postgres.Url address, Duration statementLimit) {
        this.address = address;
        this.statementLimit = statementLimit;
        // When the first of several hosts is unreachable, this leaves time to try the others.
        properties.put("connectTimeout", address.hosts().contains(",") ? "1" : SET_UP_SECONDS);
        properties.put("loginTimeout", SET_UP_SECONDS);
        properties.put("socketTimeout", SET_UP_SECONDS);
        properties.put("tcpKeepAlive", "true");
        properties.put("logServerErrorDetail", "false"); // it would show the row that a constraint refused
        properties.putAll(address.properties());
    }

    /** Whether connections lead through a connection pooler. */
    boolean isPooled() {
        return pooled;
    }

    @Override
    public Connection getConnection() throws SQLException {
        var connection = DriverManager.getConnection(address.jdbc(), properties);
        try (var statement = connection.createStatement()) {
            var driver = connection.unwrap(PGConnection.class);
            var row = statement.executeQuery(SET_UP.formatted(statementLimit.toMillis(), driver.getBackendPID()));
            row.next();
            if (row.getBoolean(1)) useWithPooler(driver);
            // The server ends a slow statement; this ends the wait for a server that fell silent.
            if (!address.parameters().containsKey("socketTimeout")) {
                connection.setNetworkTimeout(
                        Runnable::run, (int) statementLimit.plusSeconds(5).toMillis());
            }
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** The driver then limits each statement itself: it sends a request to cancel by another connection. */
    private void useWithPooler(PGConnection driver) throws SQLException {
        driver.setPrepareThreshold(0); // with 0 the driver prepares no statement by name
        driver.setQueryTimeout((int) statementLimit.toSeconds());
        if (!pooled) log.info("{} is reached through a connection pooler: no statement is prepared by name", address);
        pooled = true;
    }
}
