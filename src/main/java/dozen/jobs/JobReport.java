package dozen.jobs;

import dozen.services.Redis;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;

/**
 * The metrics of jobs, by type: jobs_queued and jobs_oldest_seconds from PostgreSQL; jobs_runs, jobs_failures,
 * jobs_dead, jobs_wait_ms and jobs_run_ms, summed over all workers, from Redis.
 */
public final class JobReport {
    private final JobStats queues;
    private final JobMetrics metrics;
    private final Map<String, AtomicLong> values = new ConcurrentHashMap<>();

    public JobReport(Jdbi jdbi, Redis redis) {
        this.queues = new JobStats(jdbi, redis);
        this.metrics = new JobMetrics(redis);
    }

    /** Brings the meters up to date. */
    public void update(MeterRegistry registry) {
        values.forEach((name, value) -> {
            if (name.startsWith("jobs.queued ") || name.startsWith("jobs.oldest.seconds ")) value.set(0);
        });
        queues.counts().forEach((type, count) -> {
            gauge(registry, "jobs.queued", type).set(count.waiting());
            gauge(registry, "jobs.oldest.seconds", type).set(count.oldestSeconds());
        });
        metrics.sums().forEach((name, sum) -> {
            var parts = name.split(" ");
            counter(registry, "jobs." + parts[1].replace('_', '.'), parts[0]).set(Long.parseLong(sum));
        });
    }

    private AtomicLong gauge(MeterRegistry registry, String name, String type) {
        return values.computeIfAbsent(name + " " + type, _ -> {
            var value = new AtomicLong();
            Gauge.builder(name, value, AtomicLong::get).tag("type", type).register(registry);
            return value;
        });
    }

    private AtomicLong counter(MeterRegistry registry, String name, String type) {
        return values.computeIfAbsent(name + " " + type, _ -> {
            var value = new AtomicLong();
            FunctionCounter.builder(name, value, AtomicLong::get)
                    .tag("type", type)
                    .register(registry);
            return value;
        });
    }
}
