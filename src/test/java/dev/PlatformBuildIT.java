package dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command by which Heroku's and Dokku's Java build makes the jar. */
@Tag("long")
class PlatformBuildIT {
    private static final String BUILD = "mvn -B -Dstyle.color=never clean install -DskipTests";

    private static String run(FreshClone clone, String command) throws IOException, InterruptedException {
        try (var started = clone.start(command, "JAVA_HOME", System.getProperty("java.home"))) {
            assertTrue(started.process().waitFor(5, TimeUnit.MINUTES), command + " does not end");
            assertEquals(0, started.process().exitValue(), started.text());
            return started.text();
        }
    }

    @Test
    void itRunsNoTestAndDownloadsLittleOnceAndMakesTheSameBytesAnywhere(@TempDir Path folder) throws Exception {
        var clone = FreshClone.into(folder.resolve("clone"));
        var downloads = folder.resolve("downloads");
        var build = BUILD + " -Dmaven.repo.local=" + downloads;
        var output = run(clone, build);
        assertFalse(output.contains("Tests run:"), output);
        assertMegabytes(160, downloads);
        var other = FreshClone.into(folder.resolve("another folder/with spaces"));
        run(other, build + " --offline");
        assertArrayEquals(jar(clone), jar(other));
        var test = "scripts/test -Dtest=DotenvFileTest -DskipITs -Dmaven.repo.local=" + downloads;
        run(clone, test);
        assertMegabytes(210, downloads);
        run(clone, test + " --offline");
    }

    private static byte[] jar(FreshClone clone) throws IOException {
        return Files.readAllBytes(clone.folder().resolve("target/app.jar"));
    }

    /** Counts the bytes in a folder; a megabyte has 2^20. */
    private static void assertMegabytes(long max, Path folder) throws IOException {
        var bytes = 0L;
        for (var file : Machine.files(folder, "")) bytes += Files.size(file);
        var megabytes = bytes >> 20;
        System.out.printf("Maven downloaded %d MB%n", megabytes);
        assertTrue(megabytes <= max, megabytes + " MB");
    }

    @Test
    void anOlderJavaIsToldWhichOneIsNeeded(@TempDir Path folder) throws Exception {
        var old = Path.of("/usr/lib/jvm/java-17-openjdk-amd64");
        if (!Files.isDirectory(old)) return; // there is no older JDK to test with; the rule in pom.xml holds anyway
        var clone = FreshClone.into(folder);
        try (var build = clone.start("PATH=%s/bin:$PATH %s".formatted(old, BUILD), "JAVA_HOME", old.toString())) {
            assertTrue(build.process().waitFor(1, TimeUnit.MINUTES));
            assertEquals(1, build.process().exitValue());
            assertEquals(
                    1,
                    build.text()
                            .lines()
                            .filter(line -> line.contains("needs JDK 25 or newer"))
                            .count(),
                    build.text());
            assertFalse(build.text().contains("COMPILATION ERROR"), build.text());
        }
    }
}
