package academy;

import academy.accounts.AccountRoutes;
import academy.accounts.Accounts;
import academy.accounts.CreateAdmin;
import academy.accounts.LogInLimits;
import academy.accounts.Passwords;
import academy.accounts.SendWelcomeMail;
import academy.accounts.Sessions;
import academy.housekeeping.PurgeExpired;
import dozen.http.Access;
import dozen.http.Assets;
import dozen.http.ClientAddress;
import dozen.http.Idempotency;
import dozen.http.Metrics;
import dozen.http.ProblemPage;
import dozen.http.RateLimits;
import dozen.http.Health;
import dozen.http.Server;
import dozen.jobs.Job;
import dozen.jobs.JobReport;
import dozen.jobs.JobTasks;
import dozen.jobs.Jobs;
import dozen.jobs.Scheduler;
import dozen.jobs.Worker;
import dozen.app.Console;
import dozen.app.Lifecycle;
import dozen.app.Application;
import dozen.app.ProcessRegistry;
import dozen.app.StartupCache;
import dozen.services.Cache;
import dozen.mail.Mailer;
import dozen.services.Mail;
import dozen.services.Migrations;
import dozen.services.Postgres;
import dozen.services.Redis;
import dozen.security.Signer;
import dozen.status.Status;
import dozen.status.StatusPage;
import dozen.pages.Templates;
import java.time.Duration;

/** The wiring of each process type: what it attaches and what it starts. */
public final class Main {
    /** The longest that a statement of a request may take; a job or task may take longer. */
    private static final Duration STATEMENT = Duration.ofSeconds(5);

    private static final Duration TASK_STATEMENT = Duration.ofMinutes(10);

    public static void main(String[] arguments) {
        StartupCache.use(arguments);
        System.exit(program().run(System.getenv(), arguments));
    }

    static Application<Settings> program() {
        return new Application<>("academy", Main.class, Settings::process, Settings::read)
                .processType("web", "answers HTTP on $PORT; any number", run -> web(run.settings(), run.lifecycle()))
                .processType("worker", "runs jobs; any number", run -> worker(run.settings(), run.lifecycle()))
                .processType("scheduler", "turns clock ticks into jobs; any number, each tick once", run -> scheduler(run.settings(), run.lifecycle()))
                .once(
                        "release",
                        "applies migrations; once per release, safe if repeated",
                        run -> Migrations.run(run.settings().databaseUrl()))
                .interactive(
                        "console", "JShell with the resources in scope", run -> console(run.settings(), run.lifecycle()))
                .task(
                        "create-admin",
                        CreateAdmin.ARGUMENTS,
                        "the password on stdin or at a prompt",
                        run -> CreateAdmin.run(accounts(run.settings(), postgres(run)), run.arguments()))
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

    /**
     * Starts the web process. The given lifecycle owns all of it, so that a test can start and close the same thing.
     */
    public static Server web(Settings settings, Lifecycle lifecycle) {
        var postgres = lifecycle.register(Postgres.attach(settings.databaseUrl(), settings.databasePoolSize(), STATEMENT));
        var redis = redis(settings, lifecycle);
        var health = new Health().requires("postgres", postgres::ping).uses("redis", redis::ping);
        var metrics = new Metrics(settings.metricsToken()).with(new JobReport(postgres.jdbi(), redis)::update);

        var accounts = accounts(settings, postgres);
        var sessions = new Sessions(
                redis, accounts, settings.sessionTtl(), settings.http().https());
        var limits = new LogInLimits(
                new RateLimits(redis),
                new ClientAddress(settings.trustedProxyHops()),
                settings.logInTriesByAddress(),
                settings.logInTriesByAccount(),
                settings.signUpsByAddress());
        var once = new Idempotency(postgres.jdbi(), new Signer(settings.secretKey()), sessions::callerName);
        var cache = new Cache(redis, settings.cacheTtl());

        var templates = new Templates();
        var assets = new Assets();
        var registry = ProcessRegistry.join(redis, "web", settings.process().release(), lifecycle);
        var facts = new Status.Facts(
                registry.name(), settings.port(), settings.process(), settings.declared(), program().tasks());
        var status = new Status(facts, postgres, redis, health);
        var readers = settings.statusPublic() ? Access.PUBLIC : Access.ADMIN;
        var problemPage = ProblemPage.plain(assets, templates);
        var server = lifecycle.register(Server.start(settings.http(), health, metrics, problemPage, sessions, routes -> {
            new AccountRoutes(accounts, sessions, limits, once, cache, new Jobs(redis)).register(routes);
            new StatusPage(status, readers, assets, templates).register(routes);
            assets.register(routes);
        }));
        registry.started();
        return server;
    }

    /** Starts the worker process: every type of job with its handler. */
    public static Worker worker(Settings settings, Lifecycle lifecycle) {
        // A connection for each handler, and more for taking jobs and sending heartbeats.
        var connections = Math.max(settings.databasePoolSize(), settings.workerThreads() + 3);
        var postgres = lifecycle.register(Postgres.attach(settings.databaseUrl(), connections, TASK_STATEMENT));
        var redis = redis(settings, lifecycle);
        var mail = new Mail(settings.smtpUrl(), settings.mailFrom(), settings.smtpPlainLogin());
        var mailer = new Mailer(postgres.jdbi(), mail, settings.publicUrl(), (_, _) -> {});

        var registry = ProcessRegistry.join(redis, "worker", settings.process().release(), lifecycle);
        var worker = lifecycle.register(new Worker(registry.name(), postgres, redis, settings.drain()))
                .on(SendWelcomeMail.class, new SendWelcomeMail.Handler(accounts(settings, postgres), mailer)::run)
                .on(PurgeExpired.class, new PurgeExpired.Handler(postgres.jdbi())::run)
                .start(settings.workerThreads());
        registry.started();
        return worker;
    }

    /** Starts the scheduler process: every tick of the clock and the job that it enqueues. */
    public static Scheduler scheduler(Settings settings, Lifecycle lifecycle) {
        var postgres = lifecycle.register(Postgres.attach(settings.databaseUrl(), 4, STATEMENT));
        var redis = redis(settings, lifecycle);
        var jobs = new Jobs(redis);

        var registry = ProcessRegistry.join(redis, "scheduler", settings.process().release(), lifecycle);
        var ticker = lifecycle.register(new Scheduler(registry.name(), postgres))
                .on("purge", settings.purgeCron(), (transaction, due) -> {
                    jobs.enqueue(transaction, Job.of(new PurgeExpired()).key("purge " + due));
                })
                .start();
        registry.started();
        return ticker;
    }

    private static void console(Settings settings, Lifecycle lifecycle) throws Exception {
        var postgres = lifecycle.register(Postgres.attach(settings.databaseUrl(), 2, TASK_STATEMENT));
        var redis = redis(settings, lifecycle);
        new Console()
                .with("settings", settings)
                .with("postgres", postgres)
                .with("redis", redis)
                .with("accounts", accounts(settings, postgres))
                .with("jobs", new Jobs(redis))
                .run();
    }

    private static Redis redis(Settings settings, Lifecycle lifecycle) {
        return lifecycle.register(Redis.attach(settings.redisUrl(), settings.redisTlsVerify()));
    }

    private static Postgres postgres(Application.Run<Settings> run) {
        return run.lifecycle().register(Postgres.attach(run.settings().databaseUrl(), 2, TASK_STATEMENT));
    }

    private static JobTasks jobTasks(Application.Run<Settings> run) {
        return new JobTasks(postgres(run).jdbi(), redis(run.settings(), run.lifecycle()));
    }

    private static Accounts accounts(Settings settings, Postgres postgres) {
        return new Accounts(postgres.jdbi(), new Passwords(settings.passwordCost()));
    }

    private Main() {}
}
