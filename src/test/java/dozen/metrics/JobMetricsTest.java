package dozen.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.metrics.MetricsFeature.JobMetrics;
import dozen.services.Postgres;
import dozen.services.Redis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The metrics of jobs, on a real PostgreSQL and a real Redis. */
class JobMetricsTest {
    public record Measured(int number) {}

    private final TestServices services = TestServices.shared();

    private Redis redis() {
        return services.redis().connect();
    }

    @Test
    void runsAreCountedByType() throws Exception {
        var registry = new SimpleMeterRegistry();
        try (var postgres =
                        new Postgres(Postgres.Url.parse(services.newDatabase()), 5, Duration.ofSeconds(60)).connect();
                var redis = redis()) {
            var jobs = new Jobs(redis);
            var done = new CountDownLatch(2);
            postgres.jdbi().useTransaction(transaction -> {
                jobs.enqueue(transaction, new Measured(1));
                jobs.enqueue(transaction, new Measured(2));
            });
            var metrics = new JobMetrics(postgres.jdbi(), redis);
            metrics.update(registry);
            assertEquals(2, gauge(registry));
            try (var counting = redis();
                    var worker = new Worker("measured", postgres, redis, Duration.ofSeconds(5))) {
                worker.observe(JobMetrics.observer(counting))
                        .on(Measured.class, (job, run) -> done.countDown())
                        .start(2);
                assertTrue(done.await(10, TimeUnit.SECONDS));
            }
            metrics.update(registry);
            assertEquals(0, gauge(registry));
            assertEquals(
                    2,
                    registry.get("jobs.runs")
                            .tag("type", "Measured")
                            .functionCounter()
                            .count());
        }
    }

    private static double gauge(SimpleMeterRegistry registry) {
        return registry.get("jobs.queued").tag("type", "Measured").gauge().value();
    }
}
