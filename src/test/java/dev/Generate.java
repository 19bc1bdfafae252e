package dev;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the files of a new feature or migration: see scripts/generate. Nothing is written after a fault. */
final class Generate {
    private static final Path TEMPLATE = Path.of("src/test/resources/generate.mustache");
    static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
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
            case "job", "task", "page" -> part(words);
            default -> require(false, "\"%s\" is nothing that can be generated".formatted(words.getFirst()));
        }
    }

    /** Adds a job, a task or a page to a feature: its class or template, its test, and its line in the feature's face. */
    private static void part(List<String> words) throws IOException {
        var kind = words.getFirst();
        require(words.size() == 3, "write: %s FEATURE NAME".formatted(kind));
        var name = words.get(2);
        require(name.matches("[A-Z][A-Za-z0-9]{1,39}"), "\"%s\" is no class name, such as SendLabel".formatted(name));
        var folder = GeneratedFeature.mainClass().resolveSibling(words.get(1).replace("-", ""));
        require(Files.isDirectory(folder), "there is no feature " + words.get(1));
        var face = GeneratedFeature.only(folder, "*Feature.java");
        var values = GeneratedFeature.places(folder);
        var dashed = name.replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        values.put(kind, true);
        values.put("Name", name);
        values.put("dashed", dashed);
        values.put("Words", GeneratedFeature.capitalized(dashed.replace('-', ' ')));
        write(render(values));
        switch (kind) {
            case "job" ->
                addLine(
                        face,
                        "jobs(Worker worker)",
                        "worker.on(%1$s.class, new %1$s.Handler(services.jdbi())::run);".formatted(name));
            case "task" ->
                addLine(face, "commands(Commands commands)", """
                    commands.task("%s", "", "%s", arguments -> %s.run(services.jdbi(), arguments));""".formatted(dashed, dashed.replace('-', ' '), name));
            default ->
                addLine(face, "routes(Routes routes)", """
                    routes.page("/%1$s", Access.USER, context ->
                            services.layout().answer(context, "%2$s/%1$s", "%3$s", Map.of()));""".formatted(
                                dashed, values.get("feature"), values.get("Words")));
        }
    }

    /** Adds a line to a method of a face, and the method if there is none. The formatter drops unused imports. */
    private static void addLine(Path face, String method, String line) throws IOException {
        var lines = new ArrayList<>(Files.readAllLines(face));
        var head = "    public void %s {".formatted(method);
        if (!lines.contains(head)) lines.addAll(lines.lastIndexOf("}"), List.of("", "    @Override", head, "    }"));
        lines.add(lines.indexOf(head) + 1, line.indent(8).stripTrailing());
        for (var name : List.of("dozen.app.Commands", "dozen.http.Access", "dozen.jobs.Worker", "java.util.Map")) {
            var imported = "import %s;".formatted(name);
            if (!lines.contains(imported)) lines.add(2, imported);
        }
        edit(face, lines);
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
