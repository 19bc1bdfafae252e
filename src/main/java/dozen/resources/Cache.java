package dozen.resources;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/** A read-through cache in Redis: Redis first, the source on a miss, and the source alone while Redis is away. */
public final class Cache {
    private static final Logger log = LoggerFactory.getLogger(Cache.class);

    private final Redis redis;
    private final Duration keep;
    private final AtomicBoolean away = new AtomicBoolean();

    /** @param keep how long a value is kept, in whole seconds; zero keeps none, so every read asks the source */
    public Cache(Redis redis, Duration keep) {
        this.redis = redis;
        this.keep = keep;
    }

    /** What stands under the key, else what the source gives, which is then kept. Absence is not kept. */
    public Optional<String> get(String key, Supplier<Optional<String>> source) {
        if (keep.isZero()) return source.get();
        var hit = read(key);
        if (hit.isPresent()) return hit;
        var found = source.get();
        found.ifPresent(value -> write(key, value));
        return found;
    }

    /** After a change. With Redis away the old value may come back with it, until its time is over. */
    public void forget(String key) {
        try {
            redis.client().del(key);
        } catch (JedisException e) {
            isAway(e);
        }
    }

    private Optional<String> read(String key) {
        try {
            var value = redis.get(key);
            if (away.compareAndSet(true, false)) log.info("the cache is back");
            return value;
        } catch (JedisException | Unavailable e) {
            isAway(e);
            return Optional.empty();
        }
    }

    private void write(String key, String value) {
        if (away.get()) return;
        try {
            redis.client().setex(key, keep.toSeconds(), value);
        } catch (JedisException e) {
            isAway(e);
        }
    }

    /** One line when it goes, not one a request. */
    private void isAway(RuntimeException e) {
        if (away.compareAndSet(false, true)) log.warn("the cache is away: {}", e.getMessage());
    }
}
