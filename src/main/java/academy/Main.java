package academy;

import academy.accounts.AccountPages;
import academy.accounts.AccountRoutes;
import academy.accounts.Accounts;
import academy.accounts.BackfillCompleteness;
import academy.accounts.CreateAdmin;
import academy.accounts.LogInLimits;
import academy.accounts.PasswordRoutes;
import academy.accounts.Passwords;
import academy.accounts.ResetLinks;
import academy.accounts.SendPasswordReset;
import academy.accounts.SendWelcomeMail;
import academy.accounts.Sessions;
import academy.authoring.AuthoringPages;
import academy.certificates.CertificateRoutes;
import academy.certificates.Certificates;
import academy.certificates.MakeCertificate;
import academy.courses.CataloguePage;
import academy.courses.CourseRoutes;
import academy.courses.Courses;
import academy.courses.ImportCourses;
import academy.courses.Lessons;
import academy.demo.LoadDemo;
import academy.housekeeping.PurgeExpired;
import academy.learning.Enrolments;
import academy.learning.LearningPages;
import academy.learning.LearningRoutes;
import academy.letters.Letters;
import academy.pages.Layout;
import academy.reminders.EnqueueDigests;
import academy.reminders.EnqueueReminders;
import academy.reminders.SendDigest;
import academy.reminders.SendReminder;
import academy.reminders.Unsubscribe;
import academy.videos.DiscardFiles;
import academy.videos.Ffmpeg;
import academy.videos.LessonPage;
import academy.videos.TranscodeVideo;
import academy.videos.Uploads;
import academy.videos.VideoLinks;
import academy.videos.VideoRoutes;
import academy.videos.Videos;
import dozen.http.ApiDocs;
import dozen.http.Assets;
import dozen.http.ClientAddress;
import dozen.http.Idempotency;
import dozen.http.Metrics;
import dozen.http.RateLimits;
import dozen.http.Readiness;
import dozen.http.Server;
import dozen.jobs.Job;
import dozen.jobs.JobReport;
import dozen.jobs.JobTasks;
import dozen.jobs.Jobs;
import dozen.jobs.Progress;
import dozen.jobs.Ticker;
import dozen.jobs.Worker;
import dozen.process.Console;
import dozen.process.Life;
import dozen.process.Program;
import dozen.process.Registry;
import dozen.process.StartupCache;
import dozen.resources.Cache;
import dozen.resources.FileStorage;
import dozen.resources.Mail;
import dozen.resources.Migrations;
import dozen.resources.Postgres;
import dozen.resources.Redis;
import dozen.settings.Signer;
import dozen.status.Status;
import dozen.status.StatusPage;
import dozen.templates.Templates;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The whole wiring of Academy: what each process type attaches, and what it starts. */
public final class Main {
    /** For a request; a task may take longer. */
    private static final Duration STATEMENT = Duration.ofSeconds(5);

    private static final Duration TASK_STATEMENT = Duration.ofMinutes(10);

    public static void main(String[] arguments) {
        StartupCache.use(arguments);
        System.exit(program().run(System.getenv(), arguments));
    }

    static Program<Settings> program() {
        return new Program<>("academy", Main.class, Settings::process, Settings::read)
                .processType("web", "answers HTTP on $PORT; any number", run -> {
                    web(run.settings(), run.life());
                    run.life().awaitStop();
                })
                .processType("worker", "runs jobs; any number", run -> {
                    worker(run.settings(), run.life());
                    run.life().awaitStop();
                })
                .processType("scheduler", "turns clock ticks into jobs; any number, each tick once", run -> {
                    scheduler(run.settings(), run.life());
                    run.life().awaitStop();
                })
                .processType(
                        "release",
                        "applies migrations; once per release, safe if repeated",
                        run -> Migrations.run(run.settings().databaseUrl()))
                .interactive(
                        "console", "JShell with the resources in scope", run -> console(run.settings(), run.life()))
                .task(
                        "create-admin",
                        CreateAdmin.ARGUMENTS,
                        "the password on stdin or at a prompt",
                        run -> CreateAdmin.run(accounts(run.settings(), postgres(run)), run.arguments()))
                .task(
                        "import-courses",
                        ImportCourses.ARGUMENTS,
                        "adds the courses of a CSV file",
                        run -> ImportCourses.run(new Courses(postgres(run).jdbi()), run.arguments()))
                .task(
                        "backfill-completeness",
                        "",
                        "computes what old accounts lack",
                        run -> BackfillCompleteness.run(postgres(run).jdbi(), run.arguments()))
                .task(
                        "load-demo",
                        "",
                        "fills an empty database; the password of all on stdin",
                        run -> loadDemo(run.settings(), run.life()).run(run.arguments()))
                .task(
                        "list-jobs",
                        JobTasks.LIST_ARGUMENTS,
                        "counts by type; what runs, fails or is dead",
                        run -> jobTasks(run).list(run.arguments(), System.out))
                .task(
                        "retry-jobs",
                        JobTasks.SELECTION_ARGUMENTS,
                        "queues dead jobs again",
                        run -> jobTasks(run).retry(run.arguments()))
                .task(
                        "discard-jobs",
                        JobTasks.SELECTION_ARGUMENTS,
                        "deletes dead jobs",
                        run -> jobTasks(run).discard(run.arguments()));
    }

    /** Starts the web process; the life that is given owns all of it, so a test can start and close the very same. */
    public static Server web(Settings settings, Life life) {
        var postgres = life.owns(Postgres.attach(settings.databaseUrl(), settings.databasePoolSize(), STATEMENT));
        var redis = redis(settings, life);
        var files = files(settings, life);
        var readiness = new Readiness().requires("postgres", postgres::ping).uses("redis", redis::ping);
        files.ifPresent(storage -> readiness.uses("files", storage::ping));
        var metrics = new Metrics(settings.metricsToken()).with(new JobReport(postgres.jdbi(), redis)::update);

        var jobs = new Jobs(redis);
        var accounts = accounts(settings, postgres);
        var sessions = new Sessions(
                redis, accounts, settings.sessionTtl(), settings.http().https());
        var limits = new LogInLimits(
                new RateLimits(redis),
                new ClientAddress(settings.trustedProxyHops()),
                settings.logInTriesByAddress(),
                settings.logInTriesByAccount());
        var signer = new Signer(settings.secretKey());
        var once = new Idempotency(postgres.jdbi(), signer, sessions::caller);
        var cache = new Cache(redis, settings.cacheTtl());
        var templates = new Templates();
        var assets = new Assets("icon.svg", "site.css", "site.js", "upload.js", "upload-worker.js");
        var layout = new Layout(templates, assets, viewer(sessions), origin(settings));
        var courses = new Courses(postgres.jdbi());
        var lessons = new Lessons(postgres.jdbi());
        var certificates = new Certificates(postgres.jdbi(), jobs);
        var enrolments = new Enrolments(postgres.jdbi(), certificates);
        var videos = new Videos(postgres.jdbi(), jobs);
        var links = new VideoLinks(files, new Progress(redis));
        var uploads = new Uploads(redis);
        var resets = new ResetLinks(signer, accounts);
        var accountRoutes = new AccountRoutes(accounts, sessions, limits, once, cache, jobs);
        var passwordRoutes = new PasswordRoutes(postgres.jdbi(), accounts, sessions, resets, limits, jobs);
        var courseRoutes = new CourseRoutes(courses, lessons, sessions, once);

        var registry = Registry.join(redis, "web", settings.process().release(), life);
        var facts = new Status.Facts(
                registry.name(),
                settings.port(),
                settings.process(),
                settings.declared(),
                program().tasks());
        var status = new Status(facts, postgres, redis, readiness);
        Consumer<Context> reader = settings.statusPublic() ? _ -> {} : sessions::requireAdmin;
        var server = life.owns(Server.start(settings.http(), readiness, metrics, layout.problemPage(), routes -> {
            accountRoutes.register(routes);
            passwordRoutes.register(routes);
            courseRoutes.register(routes);
            new LearningRoutes(enrolments, lessons, sessions).register(routes);
            new VideoRoutes(videos, lessons, enrolments, sessions, files, links, uploads, settings.videoMaxBytes())
                    .register(routes);
            new CertificateRoutes(certificates, sessions, files, layout).register(routes);
            new Unsubscribe(accounts, signer, layout).register(routes);
            new ApiDocs("/openapi.json").register(routes);

            new AccountPages(layout, sessions, accountRoutes, passwordRoutes).register(routes);
            new CataloguePage(layout, courseRoutes).register(routes);
            new LearningPages(layout, sessions, courses, lessons, enrolments, certificates).register(routes);
            new LessonPage(layout, sessions, lessons, enrolments, videos, links).register(routes);
            new AuthoringPages(layout, sessions, courseRoutes, courses, lessons).register(routes);
            new StatusPage(status, reader, assets, templates).register(routes);
            assets.register(routes);
        }));
        registry.started();
        return server;
    }

    private static Function<Context, Optional<Layout.Viewer>> viewer(Sessions sessions) {
        return context ->
                sessions.current(context).map(account -> new Layout.Viewer(account.name(), account.isAdmin()));
    }

    /** Where the films come from, for the pages' Content-Security-Policy. */
    private static String origin(Settings settings) {
        return settings.files()
                .map(bucket ->
                        bucket.address().getScheme() + "://" + bucket.address().getRawAuthority())
                .orElse("");
    }

    /** Every type of job, and who does it. */
    public static Worker worker(Settings settings, Life life) {
        // Room for a connection in each handler, for taking jobs and for heartbeats.
        var connections = Math.max(settings.databasePoolSize(), settings.workerThreads() + 3);
        var postgres = life.owns(Postgres.attach(settings.databaseUrl(), connections, TASK_STATEMENT));
        var jdbi = postgres.jdbi();
        var redis = redis(settings, life);
        var files = files(settings, life);
        var mail = new Mail(settings.smtpUrl(), settings.mailFrom());
        var signer = new Signer(settings.secretKey());

        var jobs = new Jobs(redis);
        var accounts = accounts(settings, postgres);
        var courses = new Courses(jdbi);
        var certificates = new Certificates(jdbi, jobs);
        var enrolments = new Enrolments(jdbi, certificates);
        var videos = new Videos(jdbi, jobs);
        var letters = new Letters(jdbi, mail, settings.publicUrl());
        var unsubscribe = new Unsubscribe.Links(signer, settings.publicUrl());
        var resets = new ResetLinks(signer, accounts);

        var registry = Registry.join(redis, "worker", settings.process().release(), life);
        var worker = life.owns(new Worker(registry.name(), postgres, redis, settings.drain()))
                .on(SendWelcomeMail.class, new SendWelcomeMail.Handler(accounts, letters)::run)
                .on(SendPasswordReset.class, new SendPasswordReset.Handler(accounts, resets, letters)::run)
                .on(EnqueueDigests.class, new EnqueueDigests.Handler(jdbi, jobs)::run)
                .on(SendDigest.class, new SendDigest.Handler(accounts, courses, enrolments, letters, unsubscribe)::run)
                .on(EnqueueReminders.class, new EnqueueReminders.Handler(jdbi, jobs)::run)
                .on(SendReminder.class, new SendReminder.Handler(accounts, enrolments, letters, unsubscribe)::run)
                .on(PurgeExpired.class, new PurgeExpired.Handler(jdbi)::run);
        // Without file storage these types are unknown here: their jobs wait for a worker that has one.
        files.ifPresent(storage -> worker.on(
                        MakeCertificate.class,
                        new MakeCertificate.Handler(certificates, accounts, storage, letters)::run)
                .on(
                        TranscodeVideo.class,
                        TranscodeVideo.POLICY,
                        new TranscodeVideo.Handler(videos, storage, new Ffmpeg(settings.ffmpeg()))::run)
                .on(DiscardFiles.class, new DiscardFiles.Handler(storage)::run));
        worker.start(settings.workerThreads());
        registry.started();
        return worker;
    }

    /** Every tick of the clock, and what it enqueues. */
    public static Ticker scheduler(Settings settings, Life life) {
        var postgres = life.owns(Postgres.attach(settings.databaseUrl(), 4, STATEMENT));
        var redis = redis(settings, life);
        var jobs = new Jobs(redis);

        var registry = Registry.join(redis, "scheduler", settings.process().release(), life);
        var ticker = life.owns(new Ticker(registry.name(), postgres))
                .on("digests", settings.digestCron(), (transaction, due) -> {
                    jobs.enqueue(transaction, EnqueueDigests.of(LocalDate.ofInstant(due, ZoneOffset.UTC)));
                })
                .on("reminders", settings.reminderCron(), (transaction, due) -> {
                    jobs.enqueue(transaction, EnqueueReminders.of(due));
                })
                .on("purge", settings.purgeCron(), (transaction, due) -> {
                    jobs.enqueue(transaction, Job.of(new PurgeExpired()).key("purge " + due));
                })
                .start();
        registry.started();
        return ticker;
    }

    private static void console(Settings settings, Life life) throws Exception {
        var postgres = life.owns(Postgres.attach(settings.databaseUrl(), 2, TASK_STATEMENT));
        var redis = redis(settings, life);
        new Console()
                .with("settings", settings)
                .with("postgres", postgres)
                .with("redis", redis)
                .with("accounts", accounts(settings, postgres))
                .with("courses", new Courses(postgres.jdbi()))
                .with("jobs", new Jobs(redis))
                .run();
    }

    private static LoadDemo loadDemo(Settings settings, Life life) {
        var postgres = life.owns(Postgres.attach(settings.databaseUrl(), 2, TASK_STATEMENT));
        var jdbi = postgres.jdbi();
        var jobs = new Jobs(redis(settings, life));
        return new LoadDemo(
                accounts(settings, postgres),
                new Courses(jdbi),
                new Lessons(jdbi),
                new Enrolments(jdbi, new Certificates(jdbi, jobs)),
                new Videos(jdbi, jobs),
                files(settings, life),
                new Ffmpeg(settings.ffmpeg()));
    }

    private static Redis redis(Settings settings, Life life) {
        return life.owns(Redis.attach(settings.redisUrl(), settings.redisTlsVerify()));
    }

    private static Optional<FileStorage> files(Settings settings, Life life) {
        return settings.files().map(bucket -> life.owns(new FileStorage(bucket)));
    }

    private static Postgres postgres(Program.Run<Settings> run) {
        return run.life().owns(Postgres.attach(run.settings().databaseUrl(), 2, TASK_STATEMENT));
    }

    private static JobTasks jobTasks(Program.Run<Settings> run) {
        return new JobTasks(postgres(run).jdbi(), redis(run.settings(), run.life()));
    }

    private static Accounts accounts(Settings settings, Postgres postgres) {
        return new Accounts(postgres.jdbi(), new Passwords(settings.passwordCost()));
    }

    private Main() {}
}
