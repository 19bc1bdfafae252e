package dozen.status;

import dozen.jobs.Worker;
import dozen.services.Redis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Counts a worker's runs by type of job and minute, for the status page's charts. Each worker adds its counts once a
 * second to the current minute's hash in Redis, which is kept for an hour.
 */
final class RunsPerMinute implements Worker.RunObserver, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunsPerMinute.class);
    private static final String KEY = "job-minute:";
    private static final Duration RETENTION = Duration.ofHours(1);

    private final Redis redis;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("job-minutes").factory());

    RunsPerMinute(Redis redis) {
        this.redis = redis;
    }

    RunsPerMinute start() {
        clock.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
        return this;
    }

    @Override
    public void finished(String type, Worker.Outcome outcome, long waitMillis, long runMillis) {
        counts.computeIfAbsent(type, _ -> new LongAdder()).increment();
    }

    private void flush() {
        try (var pipeline = redis.client().pipelined()) {
            var key = KEY + minute();
            counts.forEach((type, adder) -> {
                var count = adder.sumThenReset();
                if (count == 0) return;
                pipeline.hincrBy(key, type, count);
                pipeline.expire(key, RETENTION.toSeconds());
            });
        } catch (JedisException e) {
            log.debug("a second of counts is lost: {}", e.getMessage());
        }
    }

    /**
     * Returns the runs by type in each of the last minutes, the oldest first. The last minute is not over yet.
     *
     * @throws JedisException when Redis is away
     */
    static List<Map<String, String>> last(Redis redis, int minutes) {
        var now = minute();
        try (var pipeline = redis.client().pipelined()) {
            var answers = LongStream.rangeClosed(now - minutes + 1, now)
                    .mapToObj(minute -> pipeline.hgetAll(KEY + minute))
                    .toList();
            pipeline.sync();
            return answers.stream().map(Response::get).toList();
        }
    }

    private static long minute() {
        return Instant.now().getEpochSecond() / 60;
    }

    /** Stores the last counts. Close it after the worker, whose last runs it would miss otherwise. */
    @Override
    public void close() {
        clock.shutdownNow();
        flush();
    }
}
