package dozen.metrics;

import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.jobs.Worker.Outcome;
import dozen.services.Redis;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The metrics of jobs, by type: jobs_queued and jobs_oldest_seconds from PostgreSQL; jobs_runs, jobs_failures,
 * jobs_dead, jobs_wait_ms and jobs_run_ms, summed over all workers, from Redis. When Redis loses its data the sums
 * start at zero, as counters may.
 */
final class JobMetrics {
    /** The hash with the sums over all workers, keyed by type and counter as in "SendWelcomeMail runs". */
    private static final String KEY = "job-metrics";

    private final Jdbi jdbi;
    private final Redis redis;
    private final Set<String> types = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicLong> values = new ConcurrentHashMap<>();

    JobMetrics(Jdbi jdbi, Redis redis) {
        this.jdbi = jdbi;
        this.redis = redis;
    }

    /** Counts a worker's runs by type of job. Workers serve no HTTP, so they add them to the sums in Redis. */
    static Worker.RunObserver observer(Redis redis) {
        return (type, outcome, waitMillis, runMillis) -> {
            redis.count(KEY, type + " runs", 1, null);
            redis.count(KEY, type + " wait_ms", waitMillis, null);
            redis.count(KEY, type + " run_ms", runMillis, null);
            if (outcome == Outcome.FAILED || outcome == Outcome.DEAD) redis.count(KEY, type + " failures", 1, null);
            if (outcome == Outcome.DEAD) redis.count(KEY, type + " dead", 1, null);
        };
    }

    /** Brings the meters up to date. */
    void update(MeterRegistry registry) {
        var counts = Jobs.Counts.byType(jdbi);
        types.addAll(counts.keySet());
        for (var type : types) { // a type without jobs has no count any more
            var count = counts.getOrDefault(type, Jobs.Counts.none(type));
            gauge(registry, "jobs.queued", type).set(count.waiting());
            gauge(registry, "jobs.oldest.seconds", type).set(count.oldestSeconds());
        }
        try {
            redis.client().hgetAll(KEY).forEach((name, sum) -> {
                var parts = name.split(" ");
                counter(registry, "jobs." + parts[1].replace('_', '.'), parts[0])
                        .set(Long.parseLong(sum));
            });
        } catch (JedisException e) {
            // the sums stay as they are while Redis is away
        }
    }

    private AtomicLong gauge(MeterRegistry registry, String name, String type) {
        return values.computeIfAbsent(
                name + " " + type, _ -> registry.gauge(name, Tags.of("type", type), new AtomicLong()));
    }

    private AtomicLong counter(MeterRegistry registry, String name, String type) {
        return values.computeIfAbsent(name + " " + type, _ -> {
            var value = new AtomicLong();
            registry.more().counter(name, Tags.of("type", type), value);
            return value;
        });
    }
}
