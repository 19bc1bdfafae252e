package dozen.jobs;

import dozen.services.Redis;
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
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Counts runs by type of job. Workers serve no HTTP, so each adds its counts to a hash in Redis once a second, and the
 * metrics of the web process read the sums there. When Redis loses its data the sums start at zero, as counters may.
 */
final class JobMetrics implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JobMetrics.class);
    private static final String KEY = "job-metrics";
    /** The prefix of the keys with the runs by type in one minute, kept for an hour for the status page's charts. */
    private static final String MINUTE = "job-minute:";

    private static final int KEEP_SECONDS = 3600;

    private static final String RUNS = "runs";

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

    void run(String type, JobExecutor.Outcome outcome, long waitMillis, long runMillis) {
        add(type, RUNS, 1);
        add(type, "wait_ms", waitMillis);
        add(type, "run_ms", runMillis);
        if (outcome == JobExecutor.Outcome.FAILED || outcome == JobExecutor.Outcome.DEAD) add(type, "failures", 1);
        if (outcome == JobExecutor.Outcome.DEAD) add(type, "dead", 1);
    }

    private void add(String type, String what, long count) {
        counts.computeIfAbsent(type + " " + what, _ -> new LongAdder()).add(count);
    }

    private void flush() {
        try (var pipeline = redis.client().pipelined()) {
            counts.forEach((name, adder) -> {
                var count = adder.sumThenReset();
                if (count == 0) return;
                pipeline.hincrBy(KEY, name, count);
                var parts = name.split(" ");
                if (parts[1].equals(RUNS)) minute(pipeline, parts[0], count);
            });
        } catch (JedisException e) {
            log.debug("a second of counts is lost: {}", e.getMessage());
        }
    }

    private static void minute(AbstractPipeline pipeline, String type, long count) {
        var key = MINUTE + Instant.now().getEpochSecond() / 60;
        pipeline.hincrBy(key, type, count);
        pipeline.expire(key, KEEP_SECONDS);
    }

    /**
     * Returns the runs by type in each of the last minutes, the oldest first. The last minute is not over yet.
     *
     * @throws JedisException when Redis is away
     */
    List<Map<String, String>> minutes(int count) {
        var now = Instant.now().getEpochSecond() / 60;
        try (var pipeline = redis.client().pipelined()) {
            var answers = LongStream.rangeClosed(now - count + 1, now)
                    .mapToObj(minute -> pipeline.hgetAll(MINUTE + minute))
                    .toList();
            pipeline.sync();
            return answers.stream().map(Response::get).toList();
        }
    }

    /** The sums over all workers, keyed by type and counter as in "SendWelcomeMail runs"; empty while Redis is away. */
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
