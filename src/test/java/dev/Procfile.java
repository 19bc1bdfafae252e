package dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Process types and their commands, as a platform reads them. */
public record Procfile(String release, Map<String, String> processTypes) {
    public static Procfile read(Path file) throws IOException {
        var commands = new LinkedHashMap<String, String>();
        for (var line : Files.readAllLines(file)) {
            var parts = line.split(":", 2);
            if (parts.length == 2 && !line.startsWith("#")) commands.put(parts[0].strip(), parts[1].strip());
        }
        var release = commands.remove("release");
        return new Procfile(release, commands);
    }
}
