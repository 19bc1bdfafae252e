package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import factors.App;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A start-up cache beside the jar is used, is not missed where there is none, and never brings back old code. The heap is
 * as large as {@code deploy/jvm.options} says.
 */
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
        var target = Files.createDirectories(folder.resolve("target"));
        Files.createSymbolicLink(target.resolve("lib"), Path.of("target/lib").toAbsolutePath());
        Files.createSymbolicLink(folder.resolve("deploy"), Path.of("deploy").toAbsolutePath());
        jar = Files.copy(App.JAR, target.resolve("app.jar"));
        cache = target.resolve("app.aot");
        TrainCache.train(jar, cache, TrainCache.thisJava());
    }

    /** Starts as Procfile does, in the folder. */
    private static App start(String... more) throws Exception {
        var options = new ArrayList<>(List.of("@deploy/jvm.options"));
        options.addAll(List.of(more));
        options.addAll(List.of("-jar", "target/app.jar"));
        return App.startPlainIn(folder, settings, options, "web");
    }

    private static String health(App app) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return app.get(client, "/health").body();
        }
    }

    @Test
    void theCacheIsUsedWithoutOutput() throws Exception {
        try (var app = start("-Xlog:class+load:file=" + folder.resolve("loaded.log"))) {
            assertEquals("{\"status\":\"ok\"}", health(app));
            app.terminate();
            assertEquals(143, app.exitCode());
            assertEquals(List.of(), app.err());
        }
        var shared = Files.readString(folder.resolve("loaded.log"))
                .lines()
                .filter(line -> line.contains("io.javalin.Javalin ") && line.contains("shared objects file"))
                .count();
        assertEquals(1, shared);
    }

    @Test
    void aCacheThatIsOlderThanItsJarIsRefusedInALine() throws Exception {
        var made = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
        try (var app = start()) {
            assertEquals(69, app.exitCode());
            assertEquals(
                    List.of("academy: target/app.aot is older than target/app.jar: delete it, or make it anew with"
                            + " scripts/build --cache"),
                    app.err());
        } finally {
            Files.setLastModifiedTime(jar, made);
        }
    }

    @Test
    void aBrokenOrMissingCacheIsIgnored() throws Exception {
        var good = Files.readAllBytes(cache);
        try {
            Files.writeString(cache, "broken");
            runsQuietly();
            Files.delete(cache);
            runsQuietly();
        } finally {
            Files.write(cache, good);
        }
    }

    private static void runsQuietly() throws Exception {
        try (var app = start()) {
            assertEquals("{\"status\":\"ok\"}", health(app));
            app.terminate();
            assertEquals(143, app.exitCode());
            assertEquals(List.of(), app.err());
        }
    }

    @Test
    void theHeapIsSmallUnlessASettingAllowsMore() throws Exception {
        assertEquals(256L << 20, maxHeap(""));
        assertEquals(1L << 30, maxHeap("-Xmx1g"));
    }

    private static long maxHeap(String setting) throws Exception {
        var java = new ProcessBuilder(TrainCache.thisJava(), "@deploy/jvm.options", "-XX:+PrintFlagsFinal", "-version");
        java.environment().put("JAVA_TOOL_OPTIONS", setting);
        var process = java.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var flags = process.inputReader()) {
            var flag = Pattern.compile(" MaxHeapSize += (\\d+)");
            return flags.lines()
                    .flatMap(line -> flag.matcher(line).results())
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
