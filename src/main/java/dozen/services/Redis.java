package dozen.services;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** Redis as an attached resource. It is never the only home of anything that must survive. */
public final class Redis implements AutoCloseable {
    /** The limit for connecting, for an answer and for getting a free connection. After it, Redis counts as away. */
    private static final Duration LIMIT = Duration.ofSeconds(1);
    /** A command takes tens of microseconds, so this many keep two cores busy. Jedis's own default is 8. */
    private static final int CONNECTIONS = 32;

    private static final int PING_SECONDS = 60;
    private static final Pattern TRANSIENT = Pattern.compile(
            "\\b(LOADING|READONLY|MASTERDOWN|OOM|MISCONF|NOREPLICAS|BUSY|MOVED|ASK|CLUSTERDOWN|TRYAGAIN)\\b"
                    + "|max number of clients");

    private final RedisClient client;
    private final ReadBatcher<String, String> texts = new ReadBatcher<>(this::read);

    private Redis(RedisClient client) {
        this.client = client;
    }

    /**
     * @param verify false accepts any certificate, for platforms that sign their own
     * @throws ServiceUnavailable when Redis did not answer within 20 s
     */
    public static Redis attach(RedisUrl url, boolean verify) {
        return ConnectRetry.resource(url.address(), () -> open(url, verify));
    }

    static Redis open(RedisUrl url, boolean verify) {
        var redis = new Redis(client(url, verify));
        try {
            redis.client.ping();
            redis.refuseCluster(url);
            return redis;
        } catch (ServiceUnavailable e) {
            redis.close();
            throw e;
        } catch (JedisException e) {
            redis.close();
            if (refusesUs(e)) throw ConnectRetry.away(url.address(), e);
            throw e;
        }
    }

    /** Tells whether Redis rejects our password or database. Trying again then changes nothing. */
    private static boolean refusesUs(Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof JedisDataException && !isTransient(cause)) return true;
        }
        return false;
    }

    /** A cluster answers MOVED for most keys, and its keys can't be read together. */
    private void refuseCluster(RedisUrl url) {
        try {
            if (!client.info("cluster").contains("cluster_enabled:1")) return;
        } catch (JedisDataException e) {
            return; // this user may not ask
        }
        throw new ServiceUnavailable("%s is a cluster: take the address of a single server".formatted(url.address()));
    }

    private static RedisClient client(RedisUrl url, boolean verify) {
        var config = DefaultJedisClientConfig.builder()
                .timeoutMillis((int) LIMIT.toMillis())
                .database(url.database())
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED); // saves two commands for each new connection
        if (url.user() != null) config.user(url.user());
        if (url.password() != null) config.password(url.password().reveal());
        if (url.tls()) {
            var mode = verify ? SslVerifyMode.FULL : SslVerifyMode.INSECURE;
            config.ssl(true).sslOptions(SslOptions.builder().sslVerifyMode(mode).build());
        }
        var pool = new ConnectionPoolConfig();
        pool.setMaxTotal(CONNECTIONS);
        pool.setMaxIdle(CONNECTIONS);
        pool.setMaxWait(LIMIT);
        pool.setJmxEnabled(false); // else each start would load all of JMX and, for its help texts, Flight Recorder
        return RedisClient.builder()
                .hostAndPort(new HostAndPort(url.host(), url.port()))
                .clientConfig(config.build())
                .poolConfig(pool)
                .build();
    }

    public RedisClient client() {
        return client;
    }

    /**
     * Returns the value of the key. Concurrent callers share a round trip.
     *
     * @throws JedisException when Redis is away; callers that shared another's round trip get an exception caused by it
     * @throws ServiceUnavailable when Redis is so slow that it could not be asked within 3 s
     */
    public Optional<String> get(String key) {
        return texts.get(key);
    }

    private Map<String, String> read(Set<String> keys) {
        var asked = keys.toArray(String[]::new);
        var values = client.mget(asked);
        var found = new HashMap<String, String>();
        for (var i = 0; i < asked.length; i++) found.put(asked[i], values.get(i));
        return found;
    }

    /** Redis's own clock, which all processes share. */
    public Instant time() {
        var parts = BuilderFactory.STRING_LIST.build(client.sendCommand(Protocol.Command.TIME));
        return Instant.ofEpochSecond(Long.parseLong(parts.get(0)), Long.parseLong(parts.get(1)) * 1000);
    }

    /** The readiness check: fails when Redis does not answer or accepts no writes (a replica, no memory, no disk). */
    public void ping() {
        client.set("ping", "", SetParams.setParams().ex(PING_SECONDS));
    }

    /** Tells whether there is no connection, or none free in time, or Redis can't answer now or refuses us. */
    static boolean isAway(JedisException e) {
        if (e instanceof JedisConnectionException || e instanceof JedisAccessControlException) return true;
        if (!(e instanceof JedisDataException)) return true; // the pool's own: exhausted, closed
        return isTransient(e);
    }

    /**
     * Tells whether Redis reports that it can't serve now. In a script's error the code stands somewhere within the
     * message. Any other error is a fault in our command.
     */
    private static boolean isTransient(Throwable e) {
        return TRANSIENT.matcher(String.valueOf(e.getMessage())).find();
    }

    @Override
    public void close() {
        client.close();
    }
}
