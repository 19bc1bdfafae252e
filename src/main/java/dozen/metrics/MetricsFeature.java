package dozen.metrics;

import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.Env;
import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Routes;
import dozen.jobs.Worker;
import io.javalin.http.Handler;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Serves {@code /metrics} in Prometheus's text format to callers that send the token. Without a configured token the
 * route answers 404 and nothing is measured.
 */
public final class MetricsFeature implements Feature {
    private final Optional<Secret> token;
    private final Services services;

    public MetricsFeature(Optional<Secret> token, Services services) {
        this.token = token;
        this.services = services;
    }

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
}
