package dozen.services;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/** PostgreSQL as an attached resource: a bounded pool with time-outs everywhere, and JDBI on top of it. */
public final class Postgres implements AutoCloseable {
    private static final int CONNECT_SECONDS = 3;
    /** invalid_authorization, invalid_password, invalid_catalog_name: trying again changes nothing. */
    private static final Set<String> HOPELESS = Set.of("28000", "28P01", "3D000");

    /** read_only_sql_transaction: the server is a replica, or was told to write nothing. */
    static final String READ_ONLY = "25006";

    private final HikariDataSource pool;
    private final Jdbi jdbi;

    private Postgres(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(new FairConnections(pool, pool.getMaximumPoolSize()));
    }

    /**
     * @param statementLimit how long one statement may take: seconds for a request, minutes for a job or a task
     * @throws ServiceUnavailable when PostgreSQL did not answer within 20 s
     */
    public static Postgres attach(PostgresUrl url, int poolSize, Duration statementLimit) {
        return ConnectRetry.resource(url.address(), () -> new Postgres(open(url, poolSize, statementLimit)));
    }

    private static HikariDataSource open(PostgresUrl url, int poolSize, Duration statementLimit) throws SQLException {
        // The pool is configured directly, because it would copy a HikariConfig field by field through reflection.
        var pool = new HikariDataSource();
        pool.setPoolName("postgres");
        pool.setJdbcUrl(url.jdbc());
        pool.addDataSourceProperty("connectTimeout", CONNECT_SECONDS);
        pool.addDataSourceProperty("tcpKeepAlive", true);
        // The server ends a slow statement; this ends the wait for a server that fell silent.
        pool.addDataSourceProperty("socketTimeout", statementLimit.toSeconds() + 5);
        url.properties().forEach((name, value) -> pool.addDataSourceProperty((String) name, value));
        // The limit is set by a statement, because connection poolers refuse it as a start-up option.
        pool.setConnectionInitSql("SET statement_timeout = " + statementLimit.toMillis());
        pool.setMaximumPoolSize(poolSize);
        pool.setMinimumIdle(Math.min(2, poolSize));
        pool.setConnectionTimeout(WaitQueue.LONGEST_WAIT.toMillis());
        pool.setInitializationFailTimeout(1);
        // After a failover the pool holds connections to a server that is read-only now; they are evicted.
        pool.setExceptionOverride(new SQLExceptionOverride() {
            @java.lang.Override // the interface has a type of the same name
            public Override adjudicate(SQLException e) {
                return READ_ONLY.equals(e.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
            }
        });
        try {
            pool.getConnection().close();
            return pool;
        } catch (SQLException e) {
            pool.close();
            if (HOPELESS.contains(String.valueOf(e.getSQLState()))) throw ConnectRetry.away(url.address(), e);
            throw e;
        }
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    public DataSource dataSource() {
        return pool;
    }

    /** The readiness check: fails when no connection answers or the server is read-only. */
    public void ping() throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            try (var row = statement.executeQuery("SHOW transaction_read_only")) {
                if (!row.next() || !row.getString(1).equals("off")) {
                    pool.evictConnection(connection);
                    throw new SQLException("the server is read-only", READ_ONLY);
                }
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
