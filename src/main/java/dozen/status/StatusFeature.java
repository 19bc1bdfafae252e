package dozen.status;

import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Lifecycle;
import dozen.app.ProcessSettings;
import dozen.app.Services;
import dozen.config.Env;
import dozen.config.Env.Setting;
import dozen.domain.Caller;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.jobs.JobTasks;
import dozen.jobs.Scheduler;
import dozen.jobs.Worker;
import dozen.pages.Layout;
import dozen.services.Health;
import dozen.services.ServiceUnavailable;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /status}, which shows the running system and the twelve factors to people, and {@code /api/status}, the
 * same data for programs. Every process reports itself to it through Redis. Admins also see the dead jobs on the page,
 * and retry or discard them.
 */
public final class StatusFeature implements Feature {
    private static final Logger log = LoggerFactory.getLogger(StatusFeature.class);
    /** The data is gathered at most once a second, however many people view it. */
    private static final Duration MAX_AGE = Duration.ofSeconds(1);

    private final Access access;
    private final ProcessSettings process;
    private final List<Setting> settings;
    private final Services services;
    private final Lifecycle lifecycle;
    private final Feature.All features;
    private final Instant startedAt = Instant.now();
    private String name;
    private Status last;
    /** When it was gathered, by System.nanoTime, because the time of day may be set back. */
    private long gathered;

    /**
     * @param access who may see the page
     * @param settings every setting that was declared
     * @param features all features of the application, whose tasks the page names
     */
    public StatusFeature(
            Access access,
            ProcessSettings process,
            List<Setting> settings,
            Services services,
            Lifecycle lifecycle,
            Feature.All features) {
        this.access = access;
        this.process = process;
        this.settings = settings;
        this.services = services;
        this.lifecycle = lifecycle;
        this.features = features;
    }

    public static Access readAccess(Env env) {
        var isPublic = env.setting("STATUS_PUBLIC", "true shows /status to everybody, not to admins alone")
                .bool(false);
        return isPublic ? Access.PUBLIC : Access.ADMIN;
    }

    @Override
    public void jobs(Worker worker) {
        worker.observe(JobStats.observer(services.redis()));
        join("worker", worker.types());
    }

    @Override
    public void ticks(Scheduler scheduler) {
        join("scheduler", List.of());
    }

    private void join(String processType, List<String> jobs) {
        name = lifecycle.processName(processType);
        ProcessRegistry.join(services.redis(), processType, process.release(), jobs, lifecycle);
    }

    @Override
    public void routes(Routes routes) {
        join("web", List.of());
        var layout = services.layout();
        layout.navigation("Status", "/status", Access.ADMIN);
        var tasks = new Commands(features).taskNames();
        routes.get("/api/status", access, context -> context.json(read(tasks)))
                .summary("The whole system, as the page /status shows it")
                .returns(200, Status.class);
        var jobs = new JobTasks(services.jdbi(), services.jobs());
        routes.page("/status", access, context -> page(context, read(tasks), jobs));
        routes.form("/status/dead-jobs/{id}/retry", Access.ADMIN, context -> decide(context, jobs::retry));
        routes.form("/status/dead-jobs/{id}/discard", Access.ADMIN, context -> decide(context, jobs::discard));
    }

    private void page(Context context, Status status, JobTasks jobs) {
        var isAdmin = Layout.visitor(context).filter(Caller::isAdmin).isPresent();
        var dead = isAdmin ? ask(status.resources(), "postgres", jobs::dead) : null;
        var values = Map.of(
                "status",
                status,
                "publicUrl",
                services.publicUrl(),
                "elsewhere",
                Routes.isElsewhere(context),
                "admin",
                isAdmin,
                "deadKnown",
                dead != null,
                "deadJobs",
                dead == null ? List.of() : dead);
        Routes.html(context, services.layout().fragment("status/status", values), "");
    }

    private static void decide(Context context, Consumer<List<String>> decision) {
        var id = Params.uuid(context, "id");
        log.info("admin {} sends {}", Routes.caller(context).id(), context.path());
        decision.accept(List.of(id.toString()));
        context.redirect("/status#dead-title", HttpStatus.SEE_OTHER);
    }

    private synchronized Status read(List<String> tasks) {
        if (last == null || System.nanoTime() - gathered > MAX_AGE.toNanos()) {
            last = gather(tasks);
            gathered = System.nanoTime();
        }
        return last;
    }

    private Status gather(List<String> tasks) {
        var redis = services.redis();
        var resources = services.health().report();
        var processes = ask(resources, "redis", () -> ProcessRegistry.running(redis));
        var starts = ask(resources, "redis", () -> ProcessRegistry.timings(redis, ProcessRegistry.STARTS));
        var drains = ask(resources, "redis", () -> ProcessRegistry.timings(redis, ProcessRegistry.DRAINS));
        var queues = ask(resources, "postgres", () -> JobStats.read(services.jdbi(), redis, processes));
        var database = ask(resources, "postgres", () -> Factors.Database.of(services.jdbi()));
        var redisVersion = ask(resources, "redis", () -> redis.info("redis_version"));
        var eviction = ask(resources, "redis", () -> redis.riskyEviction().orElse(null));
        var factors = new Factors(
                name, process, settings, tasks, resources, processes, starts, drains, database, redisVersion);
        return new Status(
                Instant.now(),
                process.release(),
                name,
                startedAt,
                resources,
                eviction,
                processes,
                starts,
                drains,
                queues,
                settings.stream().map(Status.Setting::of).toList(),
                factors.all());
    }

    /**
     * The answer; null when the resource is away, or goes away while it is asked. The page then says so, and shows the
     * rest.
     */
    private static <T> T ask(Health.Report resources, String resource, Callable<T> question) {
        if (!resources.resources().get(resource).isOk()) return null;
        try {
            return question.call();
        } catch (Exception e) {
            if (ServiceUnavailable.isCauseOf(e)) return null;
            throw new IllegalStateException(e);
        }
    }
}
