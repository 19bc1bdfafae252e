package dozen.metrics;

import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.Env;
import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Routes;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.jobs.Worker.Outcome;
import dozen.services.Redis;
import dozen.services.ServiceUnavailable;
import io.javalin.http.Handler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;

/**
 * Serves {@code /metrics} in Prometheus's text format to callers that send the token. Without a configured token the
 * route answers 404, and no request is measured.
 */
public record MetricsFeature(Optional<Secret> token, Services services) implements Feature {
    public static Optional<Secret> readToken(Env env) {
        return env.setting("METRICS_TOKEN", "bearer token of /metrics, 16 characters or more; unset: /metrics is 404")
                .optionalSecret(MetricsFeature::token);
    }

    private static Secret token(String text) {
        if (text.length() < 16) throw new IllegalArgumentException("needs 16 characters or more");
        return new Secret(text);
    }

    @Override
    public void jobs(Worker worker) {
        worker.observe(JobMetrics.observer(services.redis()));
    }

    @Override
    public void routes(Routes routes) {
        if (token.isEmpty()) {
            route(routes, _ -> {
                throw DomainError.notFound();
            });
            return;
        }
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        routes.observe((method, route, status, nanoseconds) -> Timer.builder("http.server.requests")
                .tags("method", known(method), "route", route, "status", String.valueOf(status))
                .register(registry)
                .record(nanoseconds, TimeUnit.NANOSECONDS));
        var jobs = new JobMetrics(services.jdbi(), services.redis());
        route(routes, context -> {
            var given = String.valueOf(context.header("Authorization"));
            if (!given.startsWith("Bearer ") || !token.get().is(given.substring("Bearer ".length()))) {
                throw DomainError.unauthenticated("Send the metrics token as a bearer token.");
            }
            jobs.update(registry);
            context.contentType("text/plain; version=0.0.4; charset=utf-8").result(registry.scrape());
        });
    }

    private static void route(Routes routes, Handler handler) {
        routes.get("/metrics", Access.PUBLIC, handler)
                .summary("Metrics in Prometheus's text format, for a bearer of METRICS_TOKEN; 404 where that is unset")
                .returns(200, "text/plain");
    }

    /** Maps unknown methods to "other". Callers can invent methods, and each new one would create a new time series. */
    private static String known(String method) {
        return switch (String.valueOf(method)) {
            case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> method;
            default -> "other";
        };
    }

    /**
     * The metrics of jobs, by type: jobs_queued and jobs_oldest_seconds from PostgreSQL; jobs_runs, jobs_failures,
     * jobs_dead, jobs_wait_ms and jobs_run_ms, summed over all workers, from Redis. When Redis loses its data the sums
     * start at zero, as counters may.
     */
    static final class JobMetrics {
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
            try {
                var counts = Jobs.Counts.byType(jdbi);
                types.addAll(counts.keySet());
                for (var type : types) { // a type without jobs has no count any more
                    var count = counts.getOrDefault(type, Jobs.Counts.none(type));
                    gauge(registry, "jobs.queued", type).set(count.waiting());
                    gauge(registry, "jobs.oldest.seconds", type).set(count.oldestSeconds());
                }
                redis.client().hgetAll(KEY).forEach((name, sum) -> {
                    var parts = name.split(" ");
                    counter(registry, "jobs." + parts[1].replace('_', '.'), parts[0])
                            .set(Long.parseLong(sum));
                });
            } catch (RuntimeException e) {
                if (!ServiceUnavailable.isCauseOf(e)) throw e;
                // while a service is away, the numbers of jobs are old; those of this process are current
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
}
