package dozen.resources;

import com.zaxxer.hikari.HikariDataSource;
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

    private final HikariDataSource pool;
    private final Jdbi jdbi;

    private Postgres(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(new Turns(pool, pool.getMaximumPoolSize()));
    }

    /**
     * @param statementLimit how long one statement may take: seconds for a request, minutes for a task
     * @throws Unavailable when PostgreSQL did not answer within 20 s
     */
    public static Postgres attach(PostgresUrl url, int poolSize, Duration statementLimit) {
        return Attach.resource(url.address(), () -> new Postgres(open(url, poolSize, statementLimit)));
    }

    private static HikariDataSource open(PostgresUrl url, int poolSize, Duration statementLimit) throws SQLException {
        // Not from a HikariConfig, which it would copy field by field through reflection.
        var pool = new HikariDataSource();
        pool.setPoolName("postgres");
        pool.setJdbcUrl(url.jdbc());
        pool.addDataSourceProperty("connectTimeout", CONNECT_SECONDS);
        pool.addDataSourceProperty("tcpKeepAlive", true);
        // The server ends a slow statement; this ends the wait for a server that fell silent.
        pool.addDataSourceProperty("socketTimeout", statementLimit.toSeconds() + 5);
        url.properties().forEach((name, value) -> pool.addDataSourceProperty((String) name, value));
        // By statement and not by start-up option, which connection poolers refuse.
        pool.setConnectionInitSql("SET statement_timeout = " + statementLimit.toMillis());
        pool.setMaximumPoolSize(poolSize);
        pool.setMinimumIdle(Math.min(2, poolSize));
        pool.setConnectionTimeout(WaitingLine.LONGEST_WAIT.toMillis());
        pool.setInitializationFailTimeout(1);
        try {
            pool.getConnection().close();
            return pool;
        } catch (SQLException e) {
            pool.close();
            if (HOPELESS.contains(String.valueOf(e.getSQLState()))) throw Attach.away(url.address(), e);
            throw e;
        }
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    public DataSource dataSource() {
        return pool;
    }

    /** For readiness: fails when no connection answers. */
    public void ping() throws SQLException {
        try (var connection = pool.getConnection()) {
            if (!connection.isValid(1)) throw new SQLException("no answer", "08000");
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
