package factors;

import static factors.Factor.expect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.Rebuild;
import factors.Declarations.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** II: dependencies are declared, exactly, and isolated. */
final class Dependencies {
    private static final Pattern VERSION = Pattern.compile("<version>([^<$]*)</version>");

    private Dependencies() {}

    static String observe(Subject subject) throws Exception {
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
            Rebuild.delete(elsewhere);
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
}
