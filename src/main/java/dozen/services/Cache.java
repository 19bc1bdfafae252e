package dozen.services;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** A read-through cache in Redis: Redis first, the source on a miss, and the source alone while Redis is away. */
public final class Cache {
    private static final Logger log = LoggerFactory.getLogger(Cache.class);

    /** What stands under a key that was forgotten just now; no value is empty. */
    private static final String FORGOTTEN = "";
    /** Longer than a read of the source may take: 3 s for a connection and 5 s for the statement. */
    private static final int FORGOTTEN_SECONDS = 10;

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
        if (hit.isPresent() && !hit.get().equals(FORGOTTEN)) return hit;
        var found = source.get();
        found.ifPresent(value -> write(key, value));
        return found;
    }

    /**
     * After a change. For a while nothing is kept under the key, so that a reader who asked the source before the change
     * can't put the old value back. With Redis away the old value may come back with it, until its time is over.
     */
    public void forget(String key) {
        try {
            redis.client().set(key, FORGOTTEN, SetParams.setParams().ex(FORGOTTEN_SECONDS));
        } catch (JedisException e) {
            isAway(e);
        }
    }

    private Optional<String> read(String key) {
        try {
            var value = redis.get(key);
            if (away.compareAndSet(true, false)) log.info("the cache is back");
            return value;
        } catch (RuntimeException e) {
            if (!TransientFailures.is(e)) throw e;
            isAway(e);
            return Optional.empty();
        }
    }

    private void write(String key, String value) {
        if (away.get()) return;
        try {
            redis.client().set(key, value, SetParams.setParams().nx().ex(keep.toSeconds()));
        } catch (JedisException e) {
            isAway(e);
        }
    }

    /** One line when it goes, not one a request. */
    private void isAway(RuntimeException e) {
        if (away.compareAndSet(false, true)) log.warn("the cache is away: {}", e.getMessage());
    }
}
