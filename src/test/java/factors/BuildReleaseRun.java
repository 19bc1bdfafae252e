package factors;

import static factors.Factor.expect;

import dev.Rebuild;
import factors.Declarations.Person;
import java.io.File;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;

/** V: build, release and run are stages of their own. */
final class BuildReleaseRun {
    private BuildReleaseRun() {}

    static String observe(Subject subject) throws Exception {
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
            Rebuild.delete(folder);
        }
    }
}
