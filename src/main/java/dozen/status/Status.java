package dozen.status;

import dozen.app.ProcessSettings;
import dozen.app.Services;
import dozen.config.Env.Setting;
import dozen.services.Health;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Gathers the data of the status page, at most once a second, however many people view it. */
final class Status {
    private static final Duration MAX_AGE = Duration.ofSeconds(1);

    private final String name;
    private final ProcessSettings process;
    private final List<Setting> settings;
    private final List<String> tasks;
    private final Services services;
    private final Instant startedAt = Instant.now();
    private Snapshot last;

    /**
     * @param name the name of this process
     * @param settings every setting that was declared
     * @param tasks the names of the admin tasks
     */
    Status(String name, ProcessSettings process, List<Setting> settings, List<String> tasks, Services services) {
        this.name = name;
        this.process = process;
        this.settings = settings;
        this.tasks = tasks;
        this.services = services;
    }

    synchronized Snapshot read() throws InterruptedException {
        if (last == null || Instant.now().isAfter(last.at().plus(MAX_AGE))) last = gather();
        return last;
    }

    private Snapshot gather() throws InterruptedException {
        var redis = services.redis();
        var resources = services.health().report();
        var processes = ask(resources, "redis", () -> ProcessRegistry.running(redis));
        var starts = ask(resources, "redis", () -> ProcessRegistry.timings(redis, ProcessRegistry.STARTS));
        var drains = ask(resources, "redis", () -> ProcessRegistry.timings(redis, ProcessRegistry.DRAINS));
        var database = ask(resources, "postgres", () -> Versions.ofPostgres(services.postgres()));
        var cache = ask(resources, "redis", () -> Versions.ofRedis(redis));
        var factors =
                new Factors(name, process, settings, tasks, resources, processes, starts, drains, database, cache);
        return new Snapshot(
                Instant.now(),
                process.release(),
                name,
                startedAt,
                resources,
                processes,
                starts,
                drains,
                ask(resources, "postgres", () -> JobStats.read(services.jdbi(), redis)),
                settings.stream().map(Status::masked).toList(),
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
            if (ServiceUnavailable.isCauseOf(e)) return null;
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
