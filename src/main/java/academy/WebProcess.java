package academy;

import academy.accounts.AccountPages;
import academy.accounts.AccountRoutes;
import academy.accounts.LogInLimits;
import academy.accounts.PasswordRoutes;
import academy.accounts.ResetLinks;
import academy.accounts.Sessions;
import academy.authoring.AuthoringPages;
import academy.certificates.CertificateRoutes;
import academy.certificates.Certificates;
import academy.courses.CataloguePage;
import academy.courses.CourseRoutes;
import academy.courses.Courses;
import academy.courses.Lessons;
import academy.learning.Enrolments;
import academy.learning.LearningPages;
import academy.learning.LearningRoutes;
import academy.learning.LessonPage;
import academy.pages.Layout;
import academy.reminders.Unsubscribe;
import academy.videos.Player;
import academy.videos.Uploads;
import academy.videos.VideoLinks;
import academy.videos.VideoRoutes;
import academy.videos.Videos;
import dozen.app.Lifecycle;
import dozen.app.ProcessRegistry;
import dozen.http.Access;
import dozen.http.ApiDocs;
import dozen.http.Assets;
import dozen.http.ClientAddress;
import dozen.http.Health;
import dozen.http.Idempotency;
import dozen.http.Metrics;
import dozen.http.RateLimits;
import dozen.http.Server;
import dozen.jobs.JobReport;
import dozen.jobs.Jobs;
import dozen.jobs.Progress;
import dozen.pages.Templates;
import dozen.security.Signer;
import dozen.services.Cache;
import dozen.status.Status;
import dozen.status.StatusPage;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The web process: wires everything that answers HTTP. */
final class WebProcess {
    /**
     * Starts the web process. The given lifecycle owns all of it, so that a test can start and close the same thing.
     *
     * @param tasks the names of the tasks, for the status page
     */
    static Server start(Settings settings, Lifecycle lifecycle, List<String> tasks) {
        var services = new Services(settings, lifecycle);
        var postgres = services.postgres(settings.databasePoolSize(), Services.STATEMENT);
        var redis = services.redis();
        var files = services.files();
        var health = new Health().requires("postgres", postgres::ping).uses("redis", redis::ping);
        files.ifPresent(storage -> health.uses("files", storage::ping));
        var metrics = new Metrics(settings.metricsToken()).with(new JobReport(postgres.jdbi(), redis)::update);

        var jobs = new Jobs(redis);
        var accounts = services.accounts(postgres);
        var sessions = new Sessions(
                redis, accounts, settings.sessionTtl(), settings.http().https());
        var limits = new LogInLimits(
                new RateLimits(redis),
                new ClientAddress(settings.trustedProxyHops()),
                settings.logInTriesByAddress(),
                settings.logInTriesByAccount(),
                settings.signUpsByAddress());
        var signer = new Signer(settings.secretKey());
        var once = new Idempotency(postgres.jdbi(), signer, sessions::callerName);
        var cache = new Cache(redis, settings.cacheTtl());
        var templates = new Templates();
        var assets = new Assets("icon.svg", "site.css", "site.js", "upload.js", "upload-worker.js");
        var layout = new Layout(templates, assets, viewer(sessions), origin(settings));
        var courses = new Courses(postgres.jdbi());
        var lessons = new Lessons(postgres.jdbi());
        var certificates = new Certificates(postgres.jdbi(), jobs);
        var enrolments = new Enrolments(postgres.jdbi(), certificates::issue);
        var videos = new Videos(postgres.jdbi(), jobs);
        var links = new VideoLinks(files, new Progress(redis));
        var uploads = new Uploads(redis);
        var resets = new ResetLinks(signer, accounts);
        var accountRoutes = new AccountRoutes(accounts, sessions, limits, once, cache, jobs);
        var passwordRoutes = new PasswordRoutes(postgres.jdbi(), accounts, sessions, resets, limits, jobs);
        var courseRoutes = new CourseRoutes(courses, lessons, once);
        var certificateRoutes = new CertificateRoutes(certificates, files, layout);

        var registry = ProcessRegistry.join(redis, "web", settings.process().release(), lifecycle);
        var facts = new Status.Facts(registry.name(), settings.port(), settings.process(), settings.declared(), tasks);
        var status = new Status(facts, postgres, redis, health);
        var readers = settings.statusPublic() ? Access.PUBLIC : Access.ADMIN;
        var server = lifecycle.register(Server.start(
                settings.http(), health, metrics, layout.problemPage(), sessions, routes -> {
                    accountRoutes.register(routes);
                    passwordRoutes.register(routes);
                    courseRoutes.register(routes);
                    new LearningRoutes(enrolments, lessons).register(routes);
                    new VideoRoutes(
                                    videos,
                                    lessons,
                                    enrolments::mayOpen,
                                    files,
                                    links,
                                    uploads,
                                    settings.videoMaxBytes())
                            .register(routes);
                    certificateRoutes.register(routes);
                    new Unsubscribe(accounts, signer, layout).register(routes);
                    new ApiDocs("/openapi.json").register(routes);

                    new AccountPages(layout, sessions, accountRoutes, passwordRoutes).register(routes);
                    new CataloguePage(layout, courseRoutes).register(routes);
                    new LearningPages(
                                    layout, sessions, courses, lessons, enrolments, certificateRoutes::learningSection)
                            .register(routes);
                    new LessonPage(layout, lessons, enrolments, new Player(layout, videos, links)::render)
                            .register(routes);
                    new AuthoringPages(layout, courseRoutes, courses, lessons).register(routes);
                    new StatusPage(status, readers, assets, templates).register(routes);
                    assets.register(routes);
                }));
        registry.started();
        return server;
    }

    private static Function<Context, Optional<Layout.Viewer>> viewer(Sessions sessions) {
        return context ->
                sessions.current(context).map(account -> new Layout.Viewer(account.name(), account.isAdmin()));
    }

    /** Returns the origin of the films, for the pages' Content-Security-Policy; empty without file storage. */
    private static String origin(Settings settings) {
        return settings.files()
                .map(bucket ->
                        bucket.address().getScheme() + "://" + bucket.address().getRawAuthority())
                .orElse("");
    }

    private WebProcess() {}
}
