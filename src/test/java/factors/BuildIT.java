package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Factors I and II: one commit is one artifact, wherever it is built. */
@Tag("long")
class BuildIT {
    @Test
    void twoBuildsInDifferentFoldersGiveTheSameBytes(@TempDir Path folder) throws Exception {
        var one = build(folder.resolve("one"));
        var other = build(folder.resolve("another folder/with spaces"));
        assertEquals(one, other);
    }

    @Test
    void theBillOfMaterialsIsWhatLiesInLib() throws Exception {
        var components =
                new ObjectMapper().readTree(Path.of("target/bom.json").toFile()).get("components");
        var named = new TreeSet<String>();
        for (var component : components) {
            named.add("%s-%s.jar"
                    .formatted(
                            component.get("name").asText(),
                            component.get("version").asText()));
        }
        try (var files = Files.list(Path.of("target/lib"))) {
            assertEquals(
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)),
                    named);
        }
    }

    private static String build(Path folder) throws Exception {
        copySources(folder);
        // As on a platform, there is no .git; the commit then comes from the environment at run time.
        run(folder, "mvn", "-q", "-B", "-o", "-Dmaven.test.skip=true", "package");
        var jar = Files.readAllBytes(folder.resolve("target/app.jar"));
        assertNotEquals(0, jar.length);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
    }

    private static void copySources(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.copy(Path.of("pom.xml"), folder.resolve("pom.xml"));
        try (var files = Files.walk(Path.of("src/main"))) {
            for (var file : (Iterable<Path>) files::iterator) {
                var target = folder.resolve(file.toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
    }

    private static void run(Path folder, String... command) throws Exception {
        var builder =
                new ProcessBuilder(List.of(command)).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("JAVA_HOME", System.getProperty("java.home")));
        builder.environment().remove("MAVEN_OPTS");
        var log = folder.resolve("log.txt").toFile();
        var process = builder.redirectOutput(log).start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) process.destroyForcibly();
        assertEquals(0, process.waitFor(), Files.readString(log.toPath()));
    }
}
