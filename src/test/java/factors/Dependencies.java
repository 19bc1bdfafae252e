package factors;

import static factors.Factor.expect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.Rebuild;
import factors.Declarations.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** II: dependencies are declared, exactly, and isolated. */
final class Dependencies {
    private static final Pattern VERSION = Pattern.compile("<version>([^<$]*)</version>");

    private Dependencies() {}

    static String seen(Subject subject) throws Exception {
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

        var elsewhere = Files.createTempDirectory("elsewhere");
        try {
            var bare = Subject.with(
                    subject.deploy(), "HOME", elsewhere.resolve("none").toString(), "PATH", "");
            try (var web = App.startIn(elsewhere, bare, "web")) {
                subject.visitor(web).signUp(Person.number("dependencies", 1));
            }
            withoutNetwork(elsewhere);
            try (var left = Files.list(elsewhere)) {
                expect(left.findAny().isEmpty(), "it left files in its working folder");
            }
        } finally {
            Rebuild.delete(elsewhere);
        }
        return "%d exact versions; bill of materials and target/lib agree on %d libraries; serves without HOME, PATH and files"
                .formatted(versions, there.size());
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

    /** Where the system lets us take the network away. */
    private static void withoutNetwork(Path folder) throws Exception {
        var command = List.of(
                "unshare",
                "-rn",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-jar");
        var probe = run(folder, List.of("unshare", "-rn", "true"));
        if (probe != 0) return;
        var help = new java.util.ArrayList<>(command);
        help.addAll(List.of(App.JAR.toString(), "help"));
        expect(run(folder, help) == 0, "it does not start without a network");
    }

    private static int run(Path folder, List<String> command) throws Exception {
        try {
            var builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().keySet().retainAll(Map.of("PATH", "").keySet());
            var process = builder.start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) process.destroyForcibly();
            return process.waitFor();
        } catch (java.io.IOException e) {
            return -1;
        }
    }
}
