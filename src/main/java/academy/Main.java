package academy;

import academy.accounts.AccountRoutes;
import academy.accounts.Accounts;
import academy.accounts.CreateAdmin;
import academy.accounts.Passwords;
import academy.accounts.Sessions;
import academy.courses.CourseRoutes;
import academy.courses.Courses;
import academy.courses.ImportCourses;
import dozen.http.Readiness;
import dozen.http.Server;
import dozen.process.Console;
import dozen.process.Life;
import dozen.process.Program;
import dozen.resources.Cache;
import dozen.resources.Migrations;
import dozen.resources.Postgres;
import dozen.resources.Redis;
import java.time.Duration;

/** The whole wiring of Academy: what each process type attaches, and what it starts. */
public final class Main {
    /** For a request; a task may take longer. */
    private static final Duration STATEMENT = Duration.ofSeconds(5);

    private static final Duration TASK_STATEMENT = Duration.ofMinutes(10);

    public static void main(String[] arguments) {
        System.exit(program().run(System.getenv(), arguments));
    }

    static Program<Settings> program() {
        return new Program<>("academy", Settings::read, Settings::process)
                .processType("web", "answers HTTP on $PORT; any number", run -> {
                    web(run.settings(), run.life());
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
                        run -> CreateAdmin.run(accounts(postgres(run)), run.arguments()))
                .task(
                        "import-courses",
                        ImportCourses.ARGUMENTS,
                        "adds the courses of a CSV file",
                        run -> ImportCourses.run(new Courses(postgres(run).jdbi()), run.arguments()));
    }

    /** Starts the web process; the life that is given owns all of it, so a test can start and close the very same. */
    public static Server web(Settings settings, Life life) {
        var postgres = life.owns(Postgres.attach(settings.databaseUrl(), settings.databasePoolSize(), STATEMENT));
        var redis = life.owns(Redis.attach(settings.redisUrl(), settings.redisTlsVerify()));
        var readiness = new Readiness().requires("postgres", postgres::ping).uses("redis", redis::ping);

        var accounts = accounts(postgres);
        var sessions = new Sessions(
                redis, accounts, settings.sessionTtl(), settings.http().https());
        var cache = new Cache(redis, settings.cacheTtl());
        var courses = new Courses(postgres.jdbi());

        return life.owns(Server.start(settings.http(), readiness, routes -> {
            new AccountRoutes(accounts, sessions, cache).register(routes);
            new CourseRoutes(courses, sessions).register(routes);
        }));
    }

    private static void console(Settings settings, Life life) throws Exception {
        var postgres = life.owns(Postgres.attach(settings.databaseUrl(), 2, TASK_STATEMENT));
        var redis = life.owns(Redis.attach(settings.redisUrl(), settings.redisTlsVerify()));
        new Console()
                .with("settings", settings)
                .with("postgres", postgres)
                .with("redis", redis)
                .with("accounts", accounts(postgres))
                .with("courses", new Courses(postgres.jdbi()))
                .run();
    }

    private static Postgres postgres(Program.Run<Settings> run) {
        return run.life().owns(Postgres.attach(run.settings().databaseUrl(), 2, TASK_STATEMENT));
    }

    private static Accounts accounts(Postgres postgres) {
        return new Accounts(postgres.jdbi(), new Passwords());
    }

    private Main() {}
}
