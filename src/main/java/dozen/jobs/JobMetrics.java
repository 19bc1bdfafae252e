package dozen.jobs;

import dozen.resources.Redis;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Counts runs by type. Workers answer no HTTP, so each adds its counts to a hash in Redis once a second, where the
 * metrics of web read the sums. A Redis that lost its data starts them at zero, as counters may.
 */
final class JobMetrics implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JobMetrics.class);
    private static final String KEY = "job-metrics";

    private final Redis redis;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private ScheduledExecutorService clock;

    JobMetrics(Redis redis) {
        this.redis = redis;
    }

    void start() {
        clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("job-metrics").factory());
        clock.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
    }

    void run(String type, Runs.Outcome outcome, long waitMillis, long runMillis) {
        add(type, "runs", 1);
        add(type, "wait_ms", waitMillis);
        add(type, "run_ms", runMillis);
        if (outcome == Runs.Outcome.FAILED || outcome == Runs.Outcome.DEAD) add(type, "failures", 1);
        if (outcome == Runs.Outcome.DEAD) add(type, "dead", 1);
    }

    private void add(String type, String what, long count) {
        counts.computeIfAbsent(type + " " + what, _ -> new LongAdder()).add(count);
    }

    private void flush() {
        try (var pipeline = redis.client().pipelined()) {
            counts.forEach((name, adder) -> {
                var count = adder.sumThenReset();
                if (count != 0) pipeline.hincrBy(KEY, name, count);
            });
        } catch (JedisException e) {
            log.debug("a second of counts is lost: {}", e.getMessage());
        }
    }

    /** The sums of all workers, by "type what"; empty while Redis is away. */
    Map<String, String> sums() {
        try {
            return redis.client().hgetAll(KEY);
        } catch (JedisException e) {
            return Map.of();
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        flush();
    }
}
