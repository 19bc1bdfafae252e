package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command by which Heroku's and Dokku's Java build makes the jar. */
@Tag("long")
class PlatformBuildIT {
    private static final int LIMIT_SECONDS = 60;
    private static final String BUILD = "mvn -B -Dstyle.color=never clean install -DskipTests";

    @Test
    void itBuildsAndRunsNoTestWithinAMinute(@TempDir Path folder) throws Exception {
        var clone = FreshClone.into(folder);
        var start = System.nanoTime();
        try (var build = clone.start(BUILD, "JAVA_HOME", System.getProperty("java.home"))) {
            assertTrue(build.process().waitFor(3, TimeUnit.MINUTES));
            var seconds = (System.nanoTime() - start) / 1_000_000_000;
            System.out.printf("the platform's build took %d s%n", seconds);
            assertEquals(0, build.process().exitValue(), build.text());
            assertFalse(build.text().contains("Tests run:"), build.text());
            assertTrue(Files.exists(folder.resolve("target/app.jar")));
            assertTrue(seconds < LIMIT_SECONDS, seconds + " s");
        }
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
