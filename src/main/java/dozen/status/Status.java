package dozen.status;

import dozen.app.ProcessRegistry;
import dozen.app.ProcessSettings;
import dozen.config.Setting;
import dozen.http.Health;
import dozen.jobs.JobStats;
import dozen.services.Postgres;
import dozen.services.Redis;
import dozen.services.TransientFailures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Gathers the data of the status page, at most once a second, however many people view it. */
public final class Status {
    private static final Duration FRESH = Duration.ofSeconds(1);

    /**
     * The facts that stay the same while the process runs.
     *
     * @param name the name of the process
     * @param port the configured port; 0 when the process picks a free one
     * @param settings every setting that was declared
     * @param tasks the names of the admin tasks
     */
    public record Facts(String name, int port, ProcessSettings process, List<Setting> settings, List<String> tasks) {}

    private final Facts facts;
    private final Postgres postgres;
    private final Redis redis;
    private final Health health;
    private final JobStats queues;
    private final Instant startedAt;
    private Snapshot last;

    public Status(Facts facts, Postgres postgres, Redis redis, Health health) {
        this.facts = facts;
        this.postgres = postgres;
        this.redis = redis;
        this.health = health;
        this.queues = new JobStats(postgres.jdbi(), redis);
        this.startedAt = Instant.now();
    }

    synchronized Snapshot read() throws InterruptedException {
        if (last == null || Instant.now().isAfter(last.at().plus(FRESH))) last = gather();
        return last;
    }

    private Snapshot gather() throws InterruptedException {
        var resources = health.report();
        var processes = ask(resources, "redis", () -> ProcessRegistry.running(redis));
        var starts = ask(resources, "redis", () -> ProcessRegistry.starts(redis));
        var drains = ask(resources, "redis", () -> ProcessRegistry.drains(redis));
        var database = ask(resources, "postgres", () -> Versions.ofPostgres(postgres));
        var cache = ask(resources, "redis", () -> Versions.ofRedis(redis));
        var factors = new Factors(facts, resources, processes, starts, drains, database, cache);
        return new Snapshot(
                Instant.now(),
                facts.process().release(),
                facts.name(),
                startedAt,
                resources,
                processes,
                starts,
                drains,
                ask(resources, "postgres", queues::read),
                facts.settings().stream().map(Status::masked).toList(),
                factors.all());
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws Exception;
    }

    /**
     * The answer; null when the resource is away, or goes away while it is asked. The page then says so, and shows the
     * rest.
     */
    private static <T> T ask(Health.Report resources, String resource, Question<T> question) {
        if (!resources.resources().get(resource).status().equals("ok")) return null;
        try {
            return question.ask();
        } catch (Exception e) {
            if (TransientFailures.is(e)) return null;
            throw new IllegalStateException(e);
        }
    }

    /**
     * The state of a setting, without any value that was set, because the page may be open to everybody.
     * {@code java -jar app.jar settings} shows the values except secrets.
     */
    private static Snapshot.Setting masked(Setting setting) {
        var state = "unset";
        if (setting.set()) state = setting.secret() ? "set, secret" : "set";
        else if (setting.defaultValue() != null) state = "default: " + setting.defaultValue();
        return new Snapshot.Setting(setting.name(), state, setting.meaning());
    }
}
