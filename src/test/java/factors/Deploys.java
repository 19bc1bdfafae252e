package factors;

import static factors.Factors.expect;

import dev.Machine;
import dev.Processes.Procfile;
import factors.Declarations.Person;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarFile;

/** The proofs that one artifact serves many deploys, releases and tasks. */
final class Deploys {
    private Deploys() {}

    /** I: one codebase, many deploys. */
    static String codebase(Subject subject) throws Exception {
        var before = subject.artifact();
        var procfile = Procfile.read(subject.project.resolve("Procfile"));
        var commands = new ArrayList<>(procfile.processTypes().values());
        commands.add(procfile.release());
        var artifacts = new TreeSet<String>();
        for (var command : commands) {
            for (var word : command.split(" ")) if (word.endsWith(".jar")) artifacts.add(word);
        }
        expect(artifacts.equals(new TreeSet<>(List.of("target/app.jar"))), "process types run %s", artifacts);

        try (var one = start(subject, 1);
                var two = start(subject, 2);
                var three = start(subject, 3)) {
            var somebody = Person.number("codebase", 1);
            var deploys = List.of(subject.visitor(one), subject.visitor(two), subject.visitor(three));
            for (var deploy : deploys) {
                var id = deploy.signUp(somebody); // with shared data the second sign-up would be a conflict
                for (var other : deploys) {
                    expect((other.read(id) == 200) == (other == deploy), "one deploy shows another's data");
                }
            }
        }
        expect(before.equals(subject.artifact()), "the artifact's files changed");
        return "each knows its own data alone; all %d process types and %d files are the same"
                .formatted(commands.size(), before.size());
    }

    /** Starts a deploy with data of its own: a separate database in PostgreSQL and in Redis. */
    private static App start(Subject subject, int number) throws IOException {
        var settings = subject.deploy();
        return subject.start(Subject.with(settings, "REDIS_URL", settings.get("REDIS_URL") + "/" + number), "web");
    }

    /** V: build, release and run are stages of their own. */
    static String buildReleaseRun(Subject subject) throws Exception {
        var before = subject.artifact();
        var empty = subject.services.newEmptyDatabase();
        var settings = subject.deploy(empty);
        try (var web = subject.start(settings, "web")) {
            expect(
                    subject.visitor(web).trySignUp(Person.number("release", 1)).statusCode() >= 500,
                    "web serves without a release: it must have migrated by itself");
        }
        try (var one = subject.start(Subject.with(settings, "RELEASE_VERSION", "v1"), "release");
                var other = subject.start(Subject.with(settings, "RELEASE_VERSION", "v1"), "release")) {
            expect(one.exitCode() == 0 && other.exitCode() == 0, "two releases at once failed");
        }
        try (var again = subject.start(settings, "release")) {
            expect(again.exitCode() == 0, "a repeated release failed");
        }
        for (var version : List.of("v1", "v2")) {
            var json = Subject.with(settings, "RELEASE_VERSION", version, "LOG_FORMAT", "json");
            try (var web = subject.start(json, "web")) {
                subject.visitor(web).signUp(Person.number("release" + version, 1));
                expect(
                        web.out().getLast().contains("\"release\":\"" + version + "\""),
                        "the log does not tell the release");
            }
        }
        rollBack(subject, settings);
        expect(before.equals(subject.artifact()), "the artifact changed while it ran");
        return "web does not migrate; release ran twice at once and again; v1 and v2 of one build; rolled back on a newer schema";
    }

    /** Applies the migration of a newer build, then releases and runs this build again. */
    private static void rollBack(Subject subject, Map<String, String> settings) throws Exception {
        var folder = Files.createTempDirectory("newer");
        try (var jar = new JarFile(App.JAR.toFile())) {
            var migrations = Files.createDirectories(folder.resolve("db/migration"));
            Files.writeString(migrations.resolve("V9001__newer.sql"), "CREATE TABLE newer (id int);");
            var main = jar.getManifest().getMainAttributes().getValue("Main-Class");
            var newer = List.of("-cp", App.JAR + File.pathSeparator + folder, main);
            try (var release = App.start(settings, newer, "release")) {
                expect(release.exitCode() == 0, "the newer release failed");
            }
            try (var release = subject.start(settings, "release");
                    var web = subject.start(settings, "web")) {
                expect(release.exitCode() == 0, "the former build's release fails on the newer schema");
                subject.visitor(web).signUp(Person.number("rollback", 1));
            }
        } finally {
            Machine.delete(folder);
        }
    }

    /** XII: admin tasks run as one-off processes of the same release. */
    static String adminProcesses(Subject subject) throws Exception {
        var settings = Subject.with(
                subject.deploy(subject.services.newEmptyDatabase()), "LOG_FORMAT", "json", "RELEASE_VERSION", "v7");
        try (var release = subject.start(settings, "release")) {
            expect(release.exitCode() == 0, "release failed");
        }
        var task = subject.declared.task();
        var somebody = Person.number("admin", 1);
        var arguments = new String[task.arguments().size() + 1];
        arguments[0] = "task";
        for (var i = 1; i < arguments.length; i++)
            arguments[i] = somebody.in(task.arguments().get(i - 1));
        try (var web = subject.start(settings, "web")) {
            try (var run = subject.start(settings, arguments).input(somebody.in(task.input()))) {
                expect(run.exitCode() == 0, "the task failed: %s", run.err());
                for (var line : run.out())
                    expect(line.contains("\"release\":\"v7\""), "the task is of another release: %s", line);
            }
            subject.visitor(web).logIn(somebody); // the running web sees what the task did
            try (var again = subject.start(settings, arguments).input(somebody.in(task.input()))) {
                expect(
                        again.exitCode() != 0 && again.err().size() == 1,
                        "what can't be done twice is not told in one line");
            }
        }
        var console = subject.declared.console();
        try (var run = subject.start(settings, "console").input(console.input())) {
            expect(run.exitCode() == 0, "the console failed: %s", run.err());
            expect(String.join("\n", run.out()).contains(console.shows()), "the console shows %s", run.out());
        }
        try (var unknown = subject.start(settings, "task", "nothing-like-this")) {
            expect(unknown.exitCode() == 64, "an unknown task ends with %d", unknown.exitCode());
        }
        return "release, task %s and console from the same jar and settings; web saw the task's change; usage errors end with 64"
                .formatted(arguments[1]);
    }
}
