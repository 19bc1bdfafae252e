package dozen.services;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** Counts of this process, which are added to hashes in Redis once a second. The first count starts the clock. */
final class RedisCounts {
    private static final Logger log = LoggerFactory.getLogger(RedisCounts.class);

    private record Field(String hash, String name, Duration keep) {}

    private final RedisClient client;
    private final Map<Field, Long> counts = new ConcurrentHashMap<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("redis-counts").factory());

    RedisCounts(RedisClient client) {
        this.client = client;
    }

    void add(String hash, String field, long count, Duration keep) {
        counts.merge(new Field(hash, field, keep), count, Long::sum);
        if (!started.get() && started.compareAndSet(false, true)) {
            clock.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
        }
    }

    private synchronized void flush() {
        if (counts.isEmpty()) return;
        try (var pipeline = client.pipelined()) {
            for (var field : counts.keySet()) {
                pipeline.hincrBy(field.hash, field.name, counts.remove(field));
                if (field.keep != null) pipeline.expire(field.hash, field.keep.toSeconds());
            }
        } catch (JedisException e) {
            log.debug("a second of counts is lost: {}", e.getMessage());
        }
    }

    /** Stores the last counts. */
    void close() {
        clock.shutdownNow();
        flush();
    }
}
