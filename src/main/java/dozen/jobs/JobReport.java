package dozen.jobs;

import dozen.resources.Redis;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/**
 * The metrics of jobs, by type: jobs_queued and jobs_oldest_seconds from PostgreSQL; jobs_runs, jobs_failures,
 * jobs_dead, jobs_wait_ms and jobs_run_ms, summed over all workers, from Redis.
 */
public final class JobReport {
    /** @param oldestSeconds since the longest waiting one was due */
    public record Waiting(String type, long queued, long oldestSeconds) {}

    private final Jdbi jdbi;
    private final JobMetrics metrics;
    private final Map<String, AtomicLong> values = new ConcurrentHashMap<>();

    public JobReport(Jdbi jdbi, Redis redis) {
        this.jdbi = jdbi;
        this.metrics = new JobMetrics(redis);
        jdbi.registerRowMapper(ConstructorMapper.factory(Waiting.class));
    }

    /** Brings the meters up to date. */
    public void update(MeterRegistry registry) {
        values.forEach((name, value) -> {
            if (name.startsWith("jobs.queued ") || name.startsWith("jobs.oldest.seconds ")) value.set(0);
        });
        jdbi.useHandle(handle -> handle.createQuery("""
                        SELECT task_name AS type, count(*) AS queued,
                            coalesce(extract(epoch FROM now() - min(execution_time) FILTER (WHERE execution_time <= now())),
                                0)::bigint AS oldest_seconds
                        FROM jobs WHERE NOT picked GROUP BY task_name
                        """).mapTo(Waiting.class).forEach(waiting -> {
            gauge(registry, "jobs.queued", waiting.type()).set(waiting.queued());
            gauge(registry, "jobs.oldest.seconds", waiting.type()).set(waiting.oldestSeconds());
        }));
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
