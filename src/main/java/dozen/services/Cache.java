package dozen.services;

import dozen.config.Env;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** A read-through cache in Redis: Redis first, the source on a miss, and the source alone while Redis is away. */
public final class Cache {
    private static final Logger log = LoggerFactory.getLogger(Cache.class);
    /** Stored under a key that was just forgotten. It can't be mistaken for a value, because no value is empty. */
    private static final String TOMBSTONE = "";

    private final Redis redis;
    private final Duration ttl;
    private final AtomicBoolean away = new AtomicBoolean();

    public static Duration readTtl(Env env) {
        return Duration.ofSeconds(env.setting("CACHE_TTL_SECONDS", "how long a read is cached; 0 turns caching off")
                .integer(300, 0, 86_400));
    }

    /** @param ttl how long a value is kept, in whole seconds; zero keeps none, so every read asks the source */
    public Cache(Redis redis, Duration ttl) {
        this.redis = redis;
        this.ttl = ttl;
    }

    /** Returns the cached value, or else the source's value, which is then cached. An absent value is not cached. */
    public Optional<String> get(String key, Supplier<Optional<String>> source) {
        if (ttl.isZero()) return source.get();
        var hit = read(key);
        if (hit.isPresent()) return hit;
        var found = source.get();
        if (!away.get()) {
            found.ifPresent(
                    value -> write(key, value, SetParams.setParams().nx().ex(ttl.toSeconds())));
        }
        return found;
    }

    /**
     * Removes the key's value after a change. For 10 s nothing is cached under the key, so that a reader that asked the
     * source before the change can't put the old value back: it needs 8 s at the most, 3 for a connection and 5 for the
     * statement. While Redis is away nothing is removed: the old value may come back with Redis, until it expires.
     */
    public void evict(String key) {
        write(key, TOMBSTONE, SetParams.setParams().ex(10));
    }

    /** Empty while Redis is away, too. A line is logged when that begins and when it ends, not for each request. */
    private Optional<String> read(String key) {
        try {
            var hit = redis.get(key);
            if (away.compareAndSet(true, false)) log.info("the cache is back");
            return hit.filter(value -> !value.equals(TOMBSTONE));
        } catch (JedisException | CompletionException | ServiceUnavailable e) {
            if (away.compareAndSet(false, true)) log.warn("the cache is away: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Writes nothing while Redis is away or refuses. The readiness probe, which writes, too, then says "degraded". */
    private void write(String key, String value, SetParams how) {
        try {
            redis.client().set(key, value, how);
        } catch (JedisException | ServiceUnavailable e) {
            log.debug("the cache takes no write: {}", e.getMessage());
        }
    }
}
