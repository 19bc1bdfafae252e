package dozen.http;

import dozen.config.Secret;
import dozen.domain.DomainError;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Serves {@code /metrics} in Prometheus's text format to callers that send the token. Without a configured token the
 * route answers 404 and nothing is measured.
 */
public final class Metrics {
    private final List<Consumer<MeterRegistry>> sources = new ArrayList<>();
    private final Optional<Secret> token;
    private final PrometheusMeterRegistry registry;

    public Metrics(Optional<Secret> token) {
        this.token = token;
        this.registry = token.isPresent() ? new PrometheusMeterRegistry(PrometheusConfig.DEFAULT) : null;
        if (registry == null) return;
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /** @param source called before each response, to bring its meters up to date */
    public Metrics with(Consumer<MeterRegistry> source) {
        sources.add(source);
        return this;
    }

    void request(String method, String route, int status, long nanoseconds) {
        if (registry == null) return;
        Timer.builder("http.server.requests")
                .tags("method", known(method), "route", route, "status", String.valueOf(status))
                .register(registry)
                .record(nanoseconds, TimeUnit.NANOSECONDS);
    }

    /** Maps unknown methods to "other". Callers can invent methods, and each new one would create a new time series. */
    private static String known(String method) {
        return switch (String.valueOf(method)) {
            case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> method;
            default -> "other";
        };
    }

    void routes(Routes routes) {
        routes.get("/metrics", Access.PUBLIC, context -> {
            if (token.isEmpty()) throw DomainError.notFound();
            var given = String.valueOf(context.header("Authorization"));
            if (!given.startsWith("Bearer ") || !token.get().is(given.substring("Bearer ".length()))) {
                throw DomainError.unauthenticated("Send the metrics token as a bearer token.");
            }
            sources.forEach(source -> source.accept(registry));
            context.contentType("text/plain; version=0.0.4; charset=utf-8").result(registry.scrape());
        });
    }
}
