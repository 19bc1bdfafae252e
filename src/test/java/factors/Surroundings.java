package factors;

import static factors.Factors.expect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.Machine;
import dozen.services.Postgres;
import factors.Declarations.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The proofs that the artifact needs nothing of the machine but Java and its environment. */
final class Surroundings {
    private static final Pattern VERSION = Pattern.compile("<version>([^<$]*)</version>");
    private static final String SECRET = "planted 0123456789 abcdefghijklmnopq";

    private Surroundings() {}

    /** II: dependencies are declared, exactly, and isolated. */
    static String dependencies(Subject subject) throws Exception {
        var versions = 0;
        var matcher = VERSION.matcher(Files.readString(subject.project.resolve("pom.xml"))
                .replaceAll("(?s)<requireJavaVersion>.*?</requireJavaVersion>", ""));
        for (; matcher.find(); versions++) {
            var version = matcher.group(1);
            expect(!version.matches(".*([\\[(,]|SNAPSHOT|LATEST|RELEASE).*"), "pom.xml asks for version %s", version);
        }
        var declared = declared(subject.project);
        var there = new TreeSet<String>();
        try (var files = Files.list(subject.project.resolve("target/lib"))) {
            files.forEach(file -> there.add(file.getFileName().toString()));
        }
        expect(declared.equals(there), "target/lib and its bill of materials differ: %s", difference(declared, there));

        String isolated;
        var elsewhere = Files.createTempDirectory("elsewhere");
        try {
            var bare = Subject.with(
                    subject.deploy(), "HOME", elsewhere.resolve("none").toString(), "PATH", "");
            try (var web = App.startIn(elsewhere, bare, "web")) {
                subject.visitor(web).signUp(Person.number("dependencies", 1));
            }
            isolated = startsWithoutNetwork(elsewhere)
                    ? "HOME, PATH, files and, at its start, network"
                    : "HOME, PATH and files";
            try (var left = Files.list(elsewhere)) {
                expect(left.findAny().isEmpty(), "it left files in its working folder");
            }
        } finally {
            Machine.delete(elsewhere);
        }
        return "%d exact versions; bill of materials and target/lib agree on %d libraries; does without %s"
                .formatted(versions, there.size(), isolated);
    }

    private static TreeSet<String> declared(Path project) throws Exception {
        var names = new TreeSet<String>();
        for (var part : new ObjectMapper()
                .readTree(project.resolve("target/bom.json").toFile())
                .get("components")) {
            names.add(part.get("name").asText() + "-" + part.get("version").asText() + ".jar");
        }
        return names;
    }

    private static TreeSet<String> difference(TreeSet<String> one, TreeSet<String> other) {
        var difference = new TreeSet<>(one);
        difference.addAll(other);
        difference.removeIf(name -> one.contains(name) && other.contains(name));
        return difference;
    }

    /** Runs the jar without a network. Returns false when the system does not let us take the network away. */
    private static boolean startsWithoutNetwork(Path folder) throws Exception {
        if (run(folder, "unshare", "-rn", "true") != 0) return false;
        var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        var code = run(folder, "unshare", "-rn", java, "-jar", App.JAR.toString(), "help");
        expect(code == 0, "without a network it ends with %d", code);
        return true;
    }

    private static int run(Path folder, String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) process.destroyForcibly();
            return process.waitFor();
        } catch (IOException e) {
            return -1; // no such program
        }
    }

    /** III: settings come from the environment alone, and its secrets stay there. */
    static String config(Subject subject) throws Exception {
        var folder = Files.createTempDirectory("config");
        try {
            for (var name : List.of(".env", "application.properties", "config.properties", "settings.properties")) {
                Files.writeString(folder.resolve(name), "RELEASE_VERSION=from-a-file\nLOG_FORMAT=text\n");
            }
            var settings = Subject.with(
                    subject.deploy(planted(subject.services.newDatabase())),
                    "SECRET_KEY",
                    SECRET,
                    "METRICS_TOKEN",
                    SECRET,
                    "LOG_LEVEL",
                    "trace",
                    "LOG_FORMAT",
                    "json",
                    "RELEASE_VERSION",
                    "from-the-environment");
            var java = List.of("-DRELEASE_VERSION=from-a-property", "-DLOG_FORMAT=text", "-jar", App.JAR.toString());
            try (var web = App.startIn(folder, settings, java, "web");
                    var worker = App.startIn(folder, settings, java, "worker")) {
                var visitor = subject.visitor(web);
                var somebody = Person.number("config", 1);
                visitor.signUp(somebody);
                visitor.get("/nothing", visitor.logIn(somebody));
                Machine.await(60, "the job is done", () -> Subject.mailsTo(subject.mails, somebody.mail()) == 1);
                for (var process : List.of(web, worker)) {
                    process.terminate();
                    process.exitCode();
                    keepsSecrets(process);
                    for (var line : process.out()) {
                        expect(line.contains("\"from-the-environment\""), "a line knows another release: %s", line);
                    }
                }
            }
            try (var list = App.startIn(folder, settings, java, "settings")) {
                expect(list.exitCode() == 0, "settings can't be listed");
                keepsSecrets(list);
                var wrong = Subject.with(settings, "DATABASE_URL", "postgres://u:planted@", "SECRET_KEY", "planted");
                try (var refused = App.startIn(folder, wrong, java, "web")) {
                    expect(refused.exitCode() == 78, "bad settings end with %d", refused.exitCode());
                    expect(
                            refused.err().size() == 2,
                            "two faults are told in %d lines",
                            refused.err().size());
                    keepsSecrets(refused);
                }
                return "files and system properties change nothing; %d settings listed; no planted secret in any output at trace"
                        .formatted(list.out().size());
            }
        } finally {
            Machine.delete(folder);
        }
    }

    /** Puts a planted password into the URL. The PostgreSQL of the tests asks for none, so it accepts any. */
    private static String planted(String databaseUrl) {
        Postgres.Url.parse(databaseUrl); // fails when the URL has another form than the next line expects
        return databaseUrl.replaceFirst("//([^:@/]*)(:[^@/]*)?@", "//$1:planted@");
    }

    private static void keepsSecrets(App process) {
        for (var lines : List.of(process.out(), process.err())) {
            for (var line : lines) expect(!line.contains("planted"), "a planted secret was told: %s", line);
        }
    }
}
