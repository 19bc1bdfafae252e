package academy;

import academy.accounts.AccountsFeature;
import academy.certificates.CertificatesFeature;
import academy.courses.CoursesFeature;
import academy.learning.LearningFeature;
import academy.reminders.RemindersFeature;
import academy.videos.VideosFeature;
import dozen.apidocs.ApiDocsFeature;
import dozen.app.Application;
import dozen.app.Feature;
import dozen.app.Lifecycle;
import dozen.app.MaintenanceFeature;
import dozen.app.Services;
import dozen.http.Server;
import dozen.jobs.Scheduler;
import dozen.jobs.Worker;
import dozen.metrics.MetricsFeature;
import dozen.services.Migrations;
import dozen.services.Postgres;
import dozen.services.Redis;
import dozen.status.StatusFeature;
import java.time.Duration;

/** The whole wiring: the process types, the backing services that they attach, and the features. */
public final class Main {
    static final String NAME = "Academy";
    /** How long one SQL statement of a request may take. */
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(5);
    /** How long one SQL statement of a job or a task may take. */
    private static final Duration LONG_STATEMENT_TIMEOUT = Duration.ofMinutes(10);

    /** Settings come from the environment. SIGTERM, SIGINT and System.exit close what the lifecycle owns, in reverse. */
    public static void main(String[] arguments) {
        System.exit(application().run(System.getenv(), arguments));
    }

    static Application<Settings> application() {
        return new Application<>(Main.class, Settings::read, Settings.EXAMPLE, Main::commands)
                .process("web", "answers HTTP on $PORT; any number", Main::web)
                .process("worker", "runs jobs; any number", Main::worker)
                .process("scheduler", "turns clock ticks into jobs; any number, each tick once", Main::scheduler)
                .once(
                        "release",
                        "applies migrations; safe if repeated or run twice at once",
                        (settings, _) ->
                                Migrations.run(settings.services().postgres().directUrl()))
                .settingsNote(Settings::connections);
    }

    /** Every feature, after those that it depends on. Each has a line here and, if it has settings, in Settings. */
    static Feature.All features(Settings settings, Services services, Lifecycle lifecycle) {
        var features = new Feature.All();
        var accounts = features.add(new AccountsFeature(settings.accounts(), services));
        var courses = features.add(new CoursesFeature(services));
        var learning = features.add(new LearningFeature(services, accounts, courses));
        features.add(new VideosFeature(settings.videos(), settings.files(), settings.purge(), services, courses));
        features.add(new CertificatesFeature(settings.files(), services, accounts, learning));
        features.add(new RemindersFeature(settings.reminders(), services, accounts, courses, learning));
        features.add(new MaintenanceFeature(settings.purge(), services));
        features.add(new MetricsFeature(settings.metricsToken(), services));
        features.add(new StatusFeature(
                settings.statusReaders(), settings.process(), settings.declared(), services, lifecycle, features));
        features.add(new ApiDocsFeature(services));
        return features;
    }

    static Server web(Settings settings, Lifecycle lifecycle) {
        var services = attach(settings, lifecycle, settings.webConnections(), STATEMENT_TIMEOUT);
        var connected = services.connectMeanwhile();
        var features = features(settings, services, lifecycle);
        var server = new Server(settings.http(), services.health(), services.layout()::problem, routes -> {
            features.forEach(feature -> feature.routes(routes));
            services.layout().register(routes);
        });
        connected.join();
        return lifecycle.register(server.start());
    }

    static Worker worker(Settings settings, Lifecycle lifecycle) {
        var services = attach(settings, lifecycle, settings.workerConnections(), LONG_STATEMENT_TIMEOUT);
        var features = features(settings, services.connect(), lifecycle);
        var drain = settings.process().drain();
        var worker = new Worker(lifecycle.processName("worker"), services.postgres(), services.redis(), drain);
        features.forEach(feature -> feature.jobs(worker));
        return lifecycle.register(worker).start(settings.workerThreads());
    }

    static Scheduler scheduler(Settings settings, Lifecycle lifecycle) {
        var services = attach(settings, lifecycle, Settings.FEW_CONNECTIONS, STATEMENT_TIMEOUT);
        var features = features(settings, services.connect(), lifecycle);
        var scheduler = new Scheduler(services.postgres());
        features.forEach(feature -> feature.ticks(scheduler));
        return lifecycle.register(scheduler).start();
    }

    /** The features for tasks and the console. Nothing connects before it is used. */
    static Feature.All commands(Settings settings, Lifecycle lifecycle) {
        var services = attach(settings, lifecycle, Settings.FEW_CONNECTIONS, LONG_STATEMENT_TIMEOUT);
        return features(settings, services, lifecycle);
    }

    /** The backing services that every process has: a HikariCP pool and a Jedis client, and what is made of them. */
    private static Services attach(Settings settings, Lifecycle lifecycle, int connections, Duration timeout) {
        var services = settings.services();
        var postgres = lifecycle.register(new Postgres(services.postgres().url(), connections, timeout));
        var redis = lifecycle.register(new Redis(services.redis()));
        return Services.of(NAME, services, settings.http().publicUrl(), postgres, redis);
    }
}
