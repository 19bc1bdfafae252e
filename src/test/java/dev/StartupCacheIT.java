package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import factors.App;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start-up cache beside the jar is used when it was made for this jar and this Java, and is ignored otherwise. */
@Tag("long")
class StartupCacheIT {
    @TempDir
    private static Path folder;

    private static Path jar;
    private static Path cache;
    private static Map<String, String> settings;

    @BeforeAll
    static void train() throws Exception {
        var services = TestServices.shared();
        settings = services.settings(services.newDatabase());
        Files.createSymbolicLink(folder.resolve("lib"), Path.of("target/lib").toAbsolutePath());
        jar = Files.copy(App.JAR, folder.resolve("app.jar"));
        cache = place();
        TrainCache.train(jar, cache, TrainCache.thisJava());
    }

    /** The path of the cache, asked of the jar as scripts/cache does. */
    private static Path place() throws IOException {
        var process =
                new ProcessBuilder(TrainCache.thisJava(), "-cp", jar.toString(), "dozen.app.StartupCache").start();
        return Path.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
    }

    private static String commandLine(App app) {
        return ProcessHandle.of(app.pid()).orElseThrow().info().commandLine().orElse("");
    }

    /** Starts with plain "java -jar": with the class-data archive that other tests use, the jar looks for no cache. */
    private static App start() throws IOException {
        return App.startPlain(settings, List.of("-jar", jar.toString()), "web");
    }

    private static String health(App app) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return app.get(client, "/health").body();
        }
    }

    @Test
    void itIsUsedUnderTheSameProcessIdAndQuietly() throws Exception {
        try (var app = start()) {
            assertEquals("{\"status\":\"ok\"}", health(app));
            assertTrue(commandLine(app).contains("-XX:AOTCache=" + cache), commandLine(app));
            app.terminate();
            assertTrue(Set.of(0, 143).contains(app.exitCode()));
            assertEquals(List.of(), app.err());
        }
    }

    @Test
    void argumentsArriveAsTheyWereGiven() throws Exception {
        try (var app =
                App.startPlain(settings, List.of("-jar", jar.toString()), "task", "import-courses", "no such file")) {
            assertEquals(1, app.exitCode());
            assertEquals(List.of("academy: can't be read: no such file"), app.err());
        }
    }

    @Test
    void aRebuiltJarBesideTheOldCacheRunsTheNewCode() throws Exception {
        var old = Files.readAllBytes(jar);
        try {
            rebuild();
            try (var app = start()) {
                assertEquals("{\"status\":\"rebuilt\"}", health(app));
                assertTrue(!commandLine(app).contains("AOTCache"));
                assertEquals(List.of(), app.err());
            }
        } finally {
            Files.write(jar, old);
        }
    }

    /** Replaces the jar by one in which a single class was changed and recompiled. */
    private static void rebuild() throws IOException {
        var source = folder.resolve("Health.java");
        var text = Files.readString(Path.of("src/main/java/dozen/http/Health.java"));
        Files.writeString(source, text.replace("Map.of(\"status\", \"ok\")", "Map.of(\"status\", \"rebuilt\")"));
        var classes = Files.createDirectories(folder.resolve("classes"));
        var compiler = ToolProvider.getSystemJavaCompiler();
        var classPath = App.JAR + ":" + System.getProperty("java.class.path");
        assertEquals(
                0,
                compiler.run(
                        null, null, null, "-d", classes.toString(), "-cp", classPath, "-proc:none", source.toString()));
        var next = folder.resolve("next.jar");
        try (var before = new JarFile(jar.toFile());
                var after = new JarOutputStream(Files.newOutputStream(next))) {
            for (var entry : before.stream().toList()) {
                var changed = classes.resolve(entry.getName());
                after.putNextEntry(new JarEntry(entry.getName()));
                if (Files.isRegularFile(changed)) Files.copy(changed, after);
                else before.getInputStream(entry).transferTo(after);
                after.closeEntry();
            }
        }
        Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aBrokenCacheOneOfAnotherJavaAndAFolderThatCantBeWrittenAreNoMatter() throws Exception {
        var good = Files.readAllBytes(cache);
        var other = Files.writeString(folder.resolve("app-0123456789abcdef.aot"), "of another Java");
        try {
            Files.writeString(cache, "broken");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
            try (var app = start()) {
                assertEquals("{\"status\":\"ok\"}", health(app));
                app.terminate();
                assertTrue(Set.of(0, 143).contains(app.exitCode()));
                assertEquals(List.of(), app.err());
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.delete(cache);
            try (var app = start()) {
                assertEquals("{\"status\":\"ok\"}", health(app));
                assertEquals(List.of(), app.err());
            }
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.write(cache, good);
            Files.delete(other);
        }
    }
}
