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

/** Redis as an attached resource. Never the only home of anything that must survive. */
public final class Redis implements AutoCloseable {
    /** To connect, to answer, and to wait for a free connection: past this Redis counts as away. */
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

    /** A wrong password or database: trying again changes nothing. */
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
            return; // a user who may not ask
        }
        throw new ServiceUnavailable("%s is a cluster: take the address of a single server".formatted(url.address()));
    }

    private static RedisClient client(RedisUrl url, boolean verify) {
        var config = DefaultJedisClientConfig.builder()
                .timeoutMillis((int) LIMIT.toMillis())
                .database(url.database())
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED); // two commands less for each new connection
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
        pool.setJmxEnabled(false); // or each start would load all of JMX and, for its help texts, Flight Recorder
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
     * What stands under the key; those who ask at once share a round trip.
     *
     * @throws JedisException when Redis is away
     * @throws ServiceUnavailable when it is so slow that the question could not be asked in time
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

    /** For readiness: fails when Redis does not answer, or takes no writes (a replica, no memory, no disk). */
    public void ping() {
        client.set("ping", "", SetParams.setParams().ex(PING_SECONDS));
    }

    /** No connection, no free connection in time, or a Redis that can't answer now or refuses us. */
    static boolean isAway(JedisException e) {
        if (e instanceof JedisConnectionException || e instanceof JedisAccessControlException) return true;
        if (!(e instanceof JedisDataException)) return true; // the pool's own: exhausted, closed
        return isTransient(e);
    }

    /** What Redis says while it can't serve, in a script's error somewhere within. Else the fault is in our command. */
    private static boolean isTransient(Throwable e) {
        return TRANSIENT.matcher(String.valueOf(e.getMessage())).find();
    }

    @Override
    public void close() {
        client.close();
    }
}
