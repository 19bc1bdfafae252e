package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks the manifest that scripts/rollout hands to kubectl. */
class RolloutTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    /** A release may look like a number, and its shortened name may end in a hyphen. */
    @ParameterizedTest
    @CsvSource({"1, 1", "202511280911, 202511280911", "12345678e1234567, 12345678e123", "release-1.2-rc1, release-1-2"})
    void aRolloutNamesTheReleaseAsText(String release, String name, @TempDir Path folder) throws Exception {
        var kubectl = folder.resolve("kubectl");
        Files.writeString(kubectl, "#!/bin/sh\n[ $1 != apply ] || cat >\"$(dirname \"$0\")/applied\"\n");
        assertTrue(kubectl.toFile().setExecutable(true));
        var rollout = new ProcessBuilder("scripts/rollout", "registry/app:1", release).inheritIO();
        rollout.environment().merge("PATH", folder + ":", (path, first) -> first + path);
        var process = rollout.start();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        var applied = Files.readString(folder.resolve("applied"));
        assertTrue(applied.contains("name: academy-release-" + name + "\n"), applied);
        for (var document : applied.split("(?m)^---$")) {
            for (var setting : YAML.readTree(document).findValues("env")) {
                for (var each : setting) {
                    if (each.has("value")) assertEquals(new TextNode(name), each.get("value"));
                }
            }
        }
    }
}
