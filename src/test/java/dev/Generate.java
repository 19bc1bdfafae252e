package dev;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the files of a new feature or migration: see scripts/generate. Nothing is written after a fault. */
final class Generate {
    private static final Path TEMPLATE = Path.of("src/test/resources/feature.mustache");
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final String MIGRATION = """
            -- The release before this one still runs while this is applied: add first, and drop in a later release.
            """;

    /** What this command does, for --undo: the names of its files, and what was in those that it edited. */
    private static final Path DONE = Path.of("target/generating");

    private Generate() {}

    public static void main(String[] arguments) throws IOException {
        try {
            run(new ArrayList<>(List.of(arguments)));
        } catch (IllegalArgumentException e) {
            System.err.println("scripts/generate: " + e.getMessage());
            System.exit(64);
        }
    }

    static void run(List<String> words) throws IOException {
        var hasPages = !words.remove("--api");
        var access = access(words);
        for (var word : words) require(!word.startsWith("-"), "there is no option " + word);
        require(words.size() >= 2, "say what to generate: scripts/generate --help tells how");
        var name = words.get(1);
        switch (words.getFirst()) {
            case "feature" -> {
                var fields = words.stream().skip(2).map(GeneratedField::parse).toList();
                var feature = GeneratedFeature.of(name, fields, access, hasPages);
                write(render(feature.values(nextVersion())));
                feature.addToMain();
            }
            case "migration" -> {
                require(
                        words.size() == 2 && name.matches("[a-z][a-z0-9_]{0,59}"),
                        "a migration has one name, such as" + " parcel_weights: small letters, digits and underscores");
                write(Map.of(MIGRATIONS.resolve("V%d__%s.sql".formatted(nextVersion(), name)), MIGRATION));
            }
            case String kind
            when GeneratedPart.KINDS.contains(kind) -> {
                var part = GeneratedPart.of(kind, words.subList(1, words.size()));
                write(part.files());
                part.addToFace();
            }
            default -> require(false, "\"%s\" is nothing that can be generated".formatted(words.getFirst()));
        }
    }

    private static String access(List<String> words) {
        var at = words.indexOf("--access");
        if (at < 0) return "";
        var access = at + 1 < words.size() ? words.get(at + 1) : "";
        require(List.of("owner", "admin").contains(access), "--access takes owner or admin");
        words.subList(at, at + 2).clear();
        return access;
    }

    /** Refuses the command unless the condition holds. */
    static void require(boolean condition, String message) {
        if (!condition) throw new IllegalArgumentException(message);
    }

    private static int nextVersion() throws IOException {
        try (var files = Files.list(MIGRATIONS)) {
            return 1
                    + files.mapToInt(file -> Integer.parseInt(
                                    file.getFileName().toString().split("\\D+")[1]))
                            .max()
                            .orElse(0);
        }
    }

    /** Renders the template. Each of its sections begins with a line "==== PATH" and becomes a file. */
    private static Map<Path, String> render(Map<String, Object> values) throws IOException {
        var template = Mustache.compiler().escapeHTML(false).withDelims("<% %>").compile(Files.readString(TEMPLATE));
        var files = new LinkedHashMap<Path, String>();
        for (var section : template.execute(values).split("(?m)^==== ")) {
            var end = section.indexOf('\n');
            if (end > 0) files.put(Path.of(section.substring(0, end)), section.substring(end + 1));
        }
        return files;
    }

    private static void write(Map<Path, String> files) throws IOException {
        for (var file : files.keySet()) require(!Files.exists(file), file + " exists already");
        for (var file : files.entrySet()) {
            Files.createDirectories(file.getKey().getParent());
            Files.writeString(file.getKey(), file.getValue());
            written(file.getKey());
        }
    }

    /** Replaces the lines of a file that exists. */
    static void edit(Path file, List<String> lines) throws IOException {
        var before = DONE.resolve("before").resolve(file);
        Files.createDirectories(before.getParent());
        Files.copy(file, before);
        Files.write(file, lines);
        written(file);
    }

    private static void written(Path file) throws IOException {
        Files.createDirectories(DONE);
        Files.writeString(DONE.resolve("written"), file + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        System.out.println(file);
    }
}
