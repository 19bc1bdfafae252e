package academy;

import academy.accounts.BackfillCompleteness;
import academy.accounts.CreateAdmin;
import academy.certificates.Certificates;
import academy.courses.Courses;
import academy.courses.ImportCourses;
import academy.courses.Lessons;
import academy.demo.LoadDemo;
import academy.learning.Enrolments;
import academy.videos.Ffmpeg;
import academy.videos.Videos;
import dozen.app.Application;
import dozen.app.Console;
import dozen.app.StartupCache;
import dozen.jobs.JobTasks;
import dozen.jobs.Jobs;
import dozen.services.Migrations;
import dozen.services.Postgres;

/** The parts of Academy: its process types and its tasks. */
public final class Main {
    public static void main(String[] arguments) {
        StartupCache.use(arguments);
        System.exit(program().run(System.getenv(), arguments));
    }

    static Application<Settings> program() {
        return new Application<>("academy", Main.class, Settings::process, Settings::read)
                .processType(
                        "web",
                        "answers HTTP on $PORT; any number",
                        run -> WebProcess.start(
                                run.settings(), run.lifecycle(), program().tasks()))
                .processType(
                        "worker", "runs jobs; any number", run -> WorkerProcess.start(run.settings(), run.lifecycle()))
                .processType(
                        "scheduler",
                        "turns clock ticks into jobs; any number, each tick once",
                        run -> SchedulerProcess.start(run.settings(), run.lifecycle()))
                .once(
                        "release",
                        "applies migrations; once per release, safe if repeated",
                        run -> Migrations.run(run.settings().databaseUrl()))
                .interactive("console", "JShell with the resources in scope", run -> console(services(run)))
                .task(
                        "create-admin",
                        CreateAdmin.ARGUMENTS,
                        "the password on stdin or at a prompt",
                        run -> CreateAdmin.run(services(run).accounts(postgres(run)), run.arguments()))
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
                        run -> loadDemo(services(run)).run(run.arguments()))
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

    private static void console(Services services) throws Exception {
        var postgres = services.postgres(2, Services.LONG_STATEMENT);
        var redis = services.redis();
        new Console()
                .with("settings", services.settings())
                .with("postgres", postgres)
                .with("redis", redis)
                .with("accounts", services.accounts(postgres))
                .with("courses", new Courses(postgres.jdbi()))
                .with("jobs", new Jobs(redis))
                .run();
    }

    private static LoadDemo loadDemo(Services services) {
        var postgres = services.postgres(2, Services.LONG_STATEMENT);
        var jdbi = postgres.jdbi();
        var jobs = new Jobs(services.redis());
        return new LoadDemo(
                services.accounts(postgres),
                new Courses(jdbi),
                new Lessons(jdbi),
                new Enrolments(jdbi, new Certificates(jdbi, jobs)::issue),
                new Videos(jdbi, jobs),
                services.files(),
                new Ffmpeg(services.settings().ffmpeg()));
    }

    private static Services services(Application.Run<Settings> run) {
        return new Services(run.settings(), run.lifecycle());
    }

    private static Postgres postgres(Application.Run<Settings> run) {
        return services(run).postgres(2, Services.LONG_STATEMENT);
    }

    private static JobTasks jobTasks(Application.Run<Settings> run) {
        return new JobTasks(postgres(run).jdbi(), services(run).redis());
    }

    private Main() {}
}
