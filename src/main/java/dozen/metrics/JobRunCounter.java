package dozen.metrics;

import dozen.jobs.Worker;
import dozen.services.Redis;
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
 * Counts a worker's runs by type of job. Workers serve no HTTP, so each adds its counts to a hash in Redis once a
 * second, and {@link JobMetrics} reads the sums there. When Redis loses its data the sums start at zero, as counters
 * may.
 */
final class JobRunCounter implements Worker.RunObserver, AutoCloseable {
    /** The hash with the sums over all workers, keyed by type and counter as in "SendWelcomeMail runs". */
    static final String KEY = "job-metrics";

    private static final Logger log = LoggerFactory.getLogger(JobRunCounter.class);

    private final Redis redis;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("job-metrics").factory());

    JobRunCounter(Redis redis) {
        this.redis = redis;
    }

    JobRunCounter start() {
        clock.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
        return this;
    }

    @Override
    public void finished(String type, Worker.Outcome outcome, long waitMillis, long runMillis) {
        add(type, "runs", 1);
        add(type, "wait_ms", waitMillis);
        add(type, "run_ms", runMillis);
        switch (outcome) {
            case DONE, HANDED_BACK -> {}
            case FAILED -> add(type, "failures", 1);
            case DEAD -> {
                add(type, "failures", 1);
                add(type, "dead", 1);
            }
        }
    }

    private void add(String type, String counter, long count) {
        counts.computeIfAbsent(type + " " + counter, _ -> new LongAdder()).add(count);
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

    /** Stores the last counts. Close it after the worker, whose last runs it would miss otherwise. */
    @Override
    public void close() {
        clock.shutdownNow();
        flush();
    }
}
