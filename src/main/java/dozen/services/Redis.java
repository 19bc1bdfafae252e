package dozen.services;

import dozen.config.Env;
import dozen.config.Secret;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** Redis as an attached resource. It is never the only home of anything that must survive. */
public final class Redis implements AutoCloseable {
    /**
     * @param verifyTls false accepts any TLS key, for platforms that sign their own
     * @param poolSize the most connections that one process has; a worker keeps one of them to be woken
     */
    public record Settings(Url url, boolean verifyTls, int poolSize) {
        public static Settings read(Env env) {
            return new Settings(
                    env.setting("REDIS_URL", "Redis: " + Url.EXAMPLE).secret(Url::parse),
                    env.setting("REDIS_TLS_VERIFY", "false accepts a TLS key that the platform signed itself")
                            .bool(true),
                    env.setting("REDIS_POOL_SIZE", "connections to Redis per process")
                            .integer(5, 2, 1000)); // small plans allow 20, which all processes share
        }
    }

    /**
     * The address of Redis: redis:// or, with TLS, rediss://; user, password and database number are optional. With
     * redis+sentinel:// or rediss+sentinel:// the hosts are those of Sentinels, and the path begins with the name by
     * which they know the primary.
     *
     * @param primary null where there is no Sentinel
     */
    public record Url(
            List<HostAndPort> hosts, String primary, boolean tls, String user, Secret password, int database) {
        private static final String EXAMPLE = "redis://user:password@host:6379/0, or rediss:// for TLS,"
                + " or redis+sentinel://host:26379,host:26379/primary/0";

        /** @throws IllegalArgumentException with a message that does not repeat the text, which may hold a password */
        public static Url parse(String text) {
            var url = ServiceUrl.parse(text, EXAMPLE, Url::isRedis);
            var sentinel = url.scheme().endsWith("+sentinel");
            var path = url.path().split("/", 2);
            var database = sentinel ? path.length < 2 ? "" : path[1] : path[0];
            return new Url(
                    url.hosts().stream()
                            .map(host -> new HostAndPort(host.unbracketed(), host.port(sentinel ? 26379 : 6379)))
                            .toList(),
                    sentinel ? path[0] : null,
                    url.scheme().startsWith("rediss"),
                    url.user(),
                    url.password(),
                    Integer.parseInt("0" + database));
        }

        private static boolean isRedis(ServiceUrl url) {
            return switch (url.scheme()) {
                case "redis", "rediss" -> url.hosts().size() == 1 && url.path().matches("\\d{0,9}");
                case "redis+sentinel", "rediss+sentinel" -> url.path().matches("[\\w.-]+(/\\d{0,9})?");
                default -> false;
            };
        }

        @Override
        public String toString() {
            return "Redis at " + hosts.stream().map(HostAndPort::toString).collect(Collectors.joining(","));
        }
    }

    private record Count(String hash, String field, Duration keep) {}

    private static final Logger log = LoggerFactory.getLogger(Redis.class);

    private final Settings settings;
    private final Map<Count, Long> counts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("redis-counts").factory());
    private final ReadBatcher<String, String> texts = new ReadBatcher<>(this::read);
    private RedisClient client;
    private boolean closed;

    /** Opens no connection: {@link #connect} or the first command does. */
    public Redis(Settings settings) {
        this.settings = settings;
        clock.scheduleWithFixedDelay(this::storeCounts, 1, 1, TimeUnit.SECONDS);
    }

    /** @throws ServiceUnavailable when Redis did not answer within 20 s, or refuses us */
    public Redis connect() {
        var address = settings.url().toString();
        return ServiceUnavailable.connect(address, () -> {
            client().ping();
            // A cluster answers MOVED for most keys, and its keys can't be read together.
            if (info("cluster_enabled").equals("1"))
                throw new ServiceUnavailable(address + " is a cluster: take the address of a single server");
            riskyEviction()
                    .ifPresent(policy -> log.warn(
                            "{} has the maxmemory-policy {}: when it is full, it may evict log-ins", address, policy));
            return this;
        });
    }

    /** A value that the command INFO tells; empty when there is none, or this user may not ask. */
    public String info(String name) {
        try {
            var line = Pattern.compile("(?m)^" + name + ":(.*)").matcher(client().info());
            return line.find() ? line.group(1) : "";
        } catch (JedisDataException e) {
            return "";
        }
    }

    /**
     * The maxmemory-policy, if by it a full Redis may evict log-ins. With noeviction it evicts nothing, and with
     * volatile-ttl it begins with what expires first: the cache within minutes, log-ins after days.
     */
    public Optional<String> riskyEviction() {
        var policy = info("maxmemory_policy");
        return Set.of("", "noeviction", "volatile-ttl").contains(policy) ? Optional.empty() : Optional.of(policy);
    }

    /** The client. It is made at the first use, because the library asks Sentinels as soon as it makes one. */
    public synchronized RedisClient client() {
        if (closed) throw new JedisException("closed");
        if (client == null) client = RedisClients.make(settings);
        return client;
    }

    /**
     * Returns the value of the key. Concurrent callers share a round trip.
     *
     * @throws RuntimeException when Redis is away or slow, as {@link ReadBatcher#get} tells
     */
    public Optional<String> get(String key) {
        return texts.get(key);
    }

    private Map<String, String> read(Set<String> keys) {
        var values = client().mget(keys.toArray(String[]::new)).iterator();
        var found = new HashMap<String, String>();
        for (var key : keys) found.put(key, values.next());
        return found;
    }

    /**
     * Adds to a number in a hash, which so sums the counts of all processes. They are stored once a second and at the
     * end; those of the last second may be lost.
     *
     * @param keep how long the hash is kept after its last count; null keeps it until Redis loses its data
     */
    public void count(String hash, String field, long count, Duration keep) {
        counts.merge(new Count(hash, field, keep), count, Long::sum);
    }

    private void storeCounts() {
        if (counts.isEmpty()) return;
        try (var pipeline = client().pipelined()) {
            for (var count : counts.keySet()) {
                pipeline.hincrBy(count.hash, count.field, counts.remove(count));
                if (count.keep != null) pipeline.expire(count.hash, count.keep.toSeconds());
            }
        } catch (JedisException e) {
            log.debug("a second of counts is lost: {}", e.getMessage());
        }
    }

    /** The readiness check: fails when Redis does not answer or accepts no writes (a replica, no memory, no disk). */
    public void ping() {
        client().set("ping", "", SetParams.setParams().ex(60));
    }

    @Override
    public void close() {
        clock.close(); // waits for counts that are being stored
        storeCounts();
        synchronized (this) {
            closed = true;
            if (client != null) client.close();
        }
    }
}
