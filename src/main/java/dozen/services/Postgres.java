package dozen.services;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import dozen.config.Env;
import dozen.config.Secret;
import dozen.domain.DomainError;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.util.PSQLException;

/** PostgreSQL as an attached resource: a bounded pool with time-outs everywhere, and JDBI on top of it. */
public final class Postgres implements AutoCloseable {
    /**
     * @param directUrl the address that release uses, because a lock on migrations belongs to a session
     * @param poolSize the most connections that web has
     */
    public record Settings(Url url, Url directUrl, int poolSize) {
        public static Settings read(Env env) {
            var url = env.setting("DATABASE_URL", "PostgreSQL: " + Url.EXAMPLE).secret(Url::parse);
            var directUrl = env.setting(
                            "DATABASE_DIRECT_URL",
                            "PostgreSQL for release, where DATABASE_URL leads to a connection pooler")
                    .shownAs("DATABASE_URL")
                    .optionalSecret(Url::parse);
            var poolSize = env.setting(
                            "DATABASE_POOL_SIZE",
                            "connections to PostgreSQL of web, and of a worker unless WORKER_THREADS + 2 is more")
                    .integer(6, 1, 1000);
            return new Settings(url, directUrl.orElse(url), poolSize);
        }
    }

    /**
     * The address of PostgreSQL: postgres://, postgresql:// or jdbc:postgresql://, with one or several hosts separated
     * by commas, and query parameters for the driver (sslmode, targetServerType …).
     *
     * @param hosts each with its port, as host:5432,other:5432
     * @param parameters without a user and password, which are taken out of them
     */
    public record Url(String hosts, String database, String user, Secret password, Map<String, String> parameters) {
        private static final String EXAMPLE = "postgres://user:password@host:5432/database";

        /** @throws IllegalArgumentException with a message that does not repeat the text, which holds a password */
        public static Url parse(String text) {
            var url = ServiceUrl.parse(
                    text.replaceFirst("^jdbc:", ""),
                    EXAMPLE,
                    each -> each.scheme().matches("postgres(ql)?")
                            && !each.path().isEmpty());
            var parameters = new HashMap<>(url.query());
            var user = parameters.remove("user");
            var password = parameters.remove("password");
            return new Url(
                    url.hosts(5432),
                    url.path(),
                    url.user() == null ? user : url.user(),
                    url.password() == null && password != null ? new Secret(password) : url.password(),
                    Map.copyOf(parameters));
        }

        /** The address for the driver, without any secret. */
        String jdbc() {
            var encoded = URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
            return "jdbc:postgresql://%s/%s".formatted(hosts, encoded);
        }

        /** The driver's properties: the user, the password and the parameters. */
        Map<String, String> properties() {
            var properties = new HashMap<>(parameters);
            if (user != null) properties.put("user", user);
            if (password != null) properties.put("password", password.reveal());
            // By default the driver trusts a file alone; this trusts Java's authorities and CA_CERTIFICATES.
            var isOn = parameters.getOrDefault("ssl", "false").matches("|true");
            var mode = parameters.getOrDefault("sslmode", isOn ? "verify-full" : "");
            if (mode.toLowerCase(Locale.ROOT).startsWith("verify") && !parameters.containsKey("sslrootcert"))
                properties.putIfAbsent("sslfactory", DefaultJavaSSLFactory.class.getName());
            return properties;
        }

        /** Parameters may hold secrets of their own (sslpassword), so they are left out. */
        @Override
        public String toString() {
            return "PostgreSQL at " + hosts;
        }
    }

    /** read_only_sql_transaction: the server is a replica, or was told to write nothing. */
    private static final String READ_ONLY = "25006";
    /** The tests of services, jobs and features run on this version, too. */
    private static final int OLDEST_VERSION = 15;

    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(30);

    private final String address;
    private final HikariDataSource pool = new HikariDataSource();
    private final Jdbi jdbi = Jdbi.create((ConnectionFactory) this::open);
    private volatile boolean connected;

    /**
     * Opens no connection: {@link #connect} or the first use does.
     *
     * @param statementLimit how long one statement may take: seconds for a request, minutes for a job or a task
     */
    public Postgres(Url url, int poolSize, Duration statementLimit) {
        address = url.toString();
        // JDBI's messages would show the arguments of a failed statement in the log: addresses and password hashes.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        // The pool is configured directly, because it would copy a HikariConfig field by field through reflection.
        pool.setPoolName("postgres");
        pool.setDataSource(new PostgresDataSource(url, statementLimit));
        pool.setMaximumPoolSize(poolSize);
        pool.setMinimumIdle(Math.min(2, poolSize));
        pool.setConnectionTimeout(3000); // so that a request is answered well within 6 s
        // After a failover the pool holds connections to a server that is read-only now; they are evicted.
        pool.setExceptionOverride(new SQLExceptionOverride() {
            @java.lang.Override // the interface has a type of the same name
            public Override adjudicate(SQLException e) {
                return READ_ONLY.equals(e.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
            }
        });
    }

    /** @throws ServiceUnavailable when PostgreSQL did not answer within 20 s, or refuses us */
    public Postgres connect() {
        return ServiceUnavailable.connect(address, () -> {
            try (var connection = pool.getConnection()) {
                requireVersion(connection, address);
                connected = true;
                return this;
            }
        });
    }

    /** @throws ServiceUnavailable when the server is too old */
    static void requireVersion(Connection connection, String address) throws SQLException {
        var version = connection.getMetaData().getDatabaseMajorVersion();
        if (version >= OLDEST_VERSION) return;
        throw new ServiceUnavailable(
                "%s is PostgreSQL %d: %d or newer is needed".formatted(address, version, OLDEST_VERSION));
    }

    /** Connects at the first use when {@link #connect} was not called, as in a task. */
    private Connection open() throws SQLException {
        if (!connected) connect();
        return pool.getConnection();
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
            var row = statement.executeQuery("SHOW transaction_read_only");
            if (row.next() && row.getString(1).equals("off")) return;
            pool.evictConnection(connection);
            throw new SQLException("the server is read-only", READ_ONLY);
        }
    }

    /** Records work that is already done. While PostgreSQL restarts, it tries again for up to 30 s, until an interrupt. */
    public static void retry(Runnable write) {
        var deadline = System.nanoTime() + RETRY_TIMEOUT.toNanos();
        while (true) {
            try {
                write.run();
                return;
            } catch (RuntimeException e) {
                if (System.nanoTime() > deadline || !ServiceUnavailable.isCauseOf(e)) throw e;
                if (Thread.currentThread().isInterrupted()) throw e;
            }
            LockSupport.parkNanos(200_000_000);
        }
    }

    /** invalid_authorization, invalid_password, invalid_catalog_name. */
    static boolean isRefusal(SQLException e) {
        return String.valueOf(e.getSQLState()).matches("28000|28P01|3D000");
    }

    /** PostgreSQL's manual, appendix A: 08 no connection, 53 no resources, 57P a shutdown, 57014 a timeout. */
    static boolean isUnavailable(SQLException e) {
        return String.valueOf(e.getSQLState()).matches("(08|53|57P).*|57014|" + READ_ONLY);
    }

    @Override
    public void close() {
        pool.close();
    }

    /**
     * Executes a statement. When a constraint refuses it, such as a unique column, the transaction can't go on.
     *
     * @param errors returns the error for the name of a constraint; null for one that no caller can break
     */
    public static <T> T translateViolations(Function<String, DomainError> errors, Supplier<T> statement) {
        try {
            return statement.get();
        } catch (UnableToExecuteStatementException e) {
            var refusal = e.getCause() instanceof PSQLException cause ? cause.getServerErrorMessage() : null;
            var constraint = refusal == null ? null : refusal.getConstraint();
            var error = constraint == null ? null : errors.apply(constraint);
            throw error == null ? e : error;
        }
    }
}
