package dozen.services;

import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandObject;
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

    /** The limit for connecting, for an answer and for getting a free connection. After it, Redis counts as away. */
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private RedisClients() {}

    static RedisClient make(Redis.Settings settings) {
        var url = settings.url();
        var config = config(settings);
        var pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.poolSize());
        pool.setMaxIdle(settings.poolSize());
        pool.setMaxWait(LIMIT);
        pool.setJmxEnabled(false); // else each start would load all of JMX and, for its help texts, Flight Recorder
        var builder = RedisClient.builder().clientConfig(config);
        if (url.primary() != null)
            return builder.connectionProvider(sentinels(url, config, pool)).build();
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

    private static JedisClientConfig config(Redis.Settings settings) {
        var url = settings.url();
        var config = DefaultJedisClientConfig.builder()
                .timeoutMillis((int) LIMIT.toMillis())
                .user(url.user())
                .password(url.password() == null ? null : url.password().reveal())
                .database(url.database())
                .ssl(url.tls()) // trusts what Java trusts, and compares the name
                .protocol(RedisProtocol.RESP3) // else the client would connect here already, to learn the protocol
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED); // saves two commands for each new connection
        if (url.tls() && !settings.verifyTls()) {
            config.sslOptions(
                    SslOptions.builder().sslVerifyMode(SslVerifyMode.INSECURE).build());
        }
        return config.build();
    }

    /** Connects to the Redis that Sentinels name as the primary, also after a failover. They are asked without a login. */
    private static ConnectionProvider sentinels(Redis.Url url, JedisClientConfig client, ConnectionPoolConfig pool) {
        var config = DefaultJedisClientConfig.builder()
                .timeoutMillis(client.getSocketTimeoutMillis())
                .ssl(client.isSsl())
                .sslOptions(client.getSslOptions())
                .build();
        return new SentineledConnectionProvider(url.primary(), client, pool, new HashSet<>(url.hosts()), config);
    }

    static boolean isRefusal(JedisException e) {
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
