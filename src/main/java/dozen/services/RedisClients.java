package dozen.services;

import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.executors.DefaultCommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/** Makes the Jedis client for an address, of one server or of the primary that Sentinels name, and judges its errors. */
final class RedisClients {
    /** The codes with which Redis says that it can't serve now. A script's error has the code somewhere inside. */
    private static final Pattern TRANSIENT = Pattern.compile(
            "\\b(LOADING|READONLY|MASTERDOWN|OOM|MISCONF|NOREPLICAS|BUSY|MOVED|ASK|CLUSTERDOWN|TRYAGAIN)\\b"
                    + "|max number of clients|can't run this command");

    private RedisClients() {}

    /** @param limit for connecting, for an answer and for getting a free connection */
    static RedisClient make(Redis.Settings settings, Duration limit) {
        var url = settings.url();
        var config = config(settings, limit);
        var pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.poolSize());
        pool.setMaxIdle(settings.poolSize());
        pool.setMaxWait(limit);
        pool.setJmxEnabled(false); // else each start would load all of JMX and, for its help texts, Flight Recorder
        var builder = RedisClient.builder().clientConfig(config);
        if (url.primary() != null)
            return builder.connectionProvider(new SentinelConnections(url, config, pool))
                    .build();
        var connections = new PooledConnectionProvider(url.hosts().getFirst(), config, pool);
        return builder.connectionProvider(connections)
                .commandExecutor(new Reconnecting(connections, new DefaultCommandExecutor(connections)))
                .build();
    }

    /** After a failover behind one address, open connections lead to a server that only reads now: they are closed. */
    private record Reconnecting(PooledConnectionProvider connections, CommandExecutor executor)
            implements CommandExecutor {
        @Override
        public <T> T executeCommand(CommandObject<T> command) {
            try {
                return executor.executeCommand(command);
            } catch (JedisDataException e) {
                if (e.getMessage().contains("READONLY")) connections.getPool().clear();
                throw e;
            }
        }

        @Override
        public void close() throws Exception {
            executor.close();
        }
    }

    private static JedisClientConfig config(Redis.Settings settings, Duration limit) {
        var url = settings.url();
        var config = DefaultJedisClientConfig.builder()
                .timeoutMillis((int) limit.toMillis())
                .database(url.database())
                .protocol(RedisProtocol.RESP3) // else the client would connect here already, to learn the protocol
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED); // saves two commands for each new connection
        if (url.user() != null) config.user(url.user());
        if (url.password() != null) config.password(url.password().reveal());
        if (url.tls()) {
            config.ssl(true); // trusts what Java trusts, and compares the name
            if (!settings.verifyTls())
                config.sslOptions(SslOptions.builder()
                        .sslVerifyMode(SslVerifyMode.INSECURE)
                        .build());
        }
        return config.build();
    }

    /**
     * Connections to the Redis that Sentinels name as the primary, also after a failover. Nothing connects before the first
     * command; the library's own provider, which does the work, asks the Sentinels as soon as it is made.
     */
    private static final class SentinelConnections implements ConnectionProvider {
        private final Redis.Url url;
        private final JedisClientConfig client;
        private final GenericObjectPoolConfig<Connection> pool;
        private SentineledConnectionProvider opened;
        private boolean closed;

        SentinelConnections(Redis.Url url, JedisClientConfig client, GenericObjectPoolConfig<Connection> pool) {
            this.url = url;
            this.client = client;
            this.pool = pool;
        }

        private synchronized SentineledConnectionProvider opened() {
            if (closed) throw new JedisConnectionException("closed");
            if (opened == null) {
                var asked = DefaultJedisClientConfig.builder()
                        .timeoutMillis(client.getSocketTimeoutMillis())
                        .ssl(client.isSsl())
                        .sslOptions(client.getSslOptions())
                        .build();
                try {
                    opened = new SentineledConnectionProvider(
                            url.primary(), client, pool, new HashSet<>(url.hosts()), asked);
                } catch (JedisException e) {
                    throw new JedisConnectionException(
                            e.getMessage() + " (Sentinels that want a login are not supported)", e);
                }
            }
            return opened;
        }

        @Override
        public Connection getConnection() {
            return opened().getConnection();
        }

        @Override
        public Connection getConnection(CommandArguments arguments) {
            return opened().getConnection(arguments);
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (opened != null) opened.close();
        }
    }

    /** Tells whether Redis rejects our password or database. Trying again then changes nothing. */
    static boolean refusesUs(JedisException e) {
        return Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
                .anyMatch(cause -> cause instanceof JedisDataException && !isTransient(cause));
    }

    /** Tells whether there is no connection, or none free in time, or Redis can't answer now or refuses us. */
    static boolean isUnavailable(JedisException e) {
        return switch (e) {
            case JedisConnectionException _, JedisAccessControlException _ -> true;
            case JedisDataException _ -> isTransient(e); // any other is a fault in our command
            default -> true; // the pool's own: exhausted, closed
        };
    }

    private static boolean isTransient(Throwable e) {
        return TRANSIENT.matcher(String.valueOf(e.getMessage())).find();
    }
}
