package dozen.services;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/** Counts of this process, which are added to a hash in Redis once a second, so that it sums those of all processes. */
public final class RedisCounts implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisCounts.class);

    private final Redis redis;
    private final Supplier<String> key;
    private final Duration keep;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("redis-counts").factory());

    /**
     * @param key the hash that the counts are added to now
     * @param keep how long a hash is kept after its last count; null keeps it until Redis loses its data
     */
    public RedisCounts(Redis redis, Supplier<String> key, Duration keep) {
        this.redis = redis;
        this.key = key;
        this.keep = keep;
        clock.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
    }

    public void add(String name, long count) {
        counts.computeIfAbsent(name, _ -> new LongAdder()).add(count);
    }

    private void flush() {
        try (var pipeline = redis.client().pipelined()) {
            var hash = key.get();
            counts.forEach((name, adder) -> {
                var count = adder.sumThenReset();
                if (count == 0) return;
                pipeline.hincrBy(hash, name, count);
                if (keep != null) pipeline.expire(hash, keep.toSeconds());
            });
        } catch (JedisException e) {
            log.debug("a second of counts is lost: {}", e.getMessage());
        }
    }

    /** Stores the last counts. Close it after what it counts. */
    @Override
    public void close() {
        clock.shutdownNow();
        flush();
    }
}
