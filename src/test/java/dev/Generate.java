package dev;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the files of a new feature or migration: see scripts/generate. Nothing is written after a fault. */
final class Generate {
    static final Path SOURCES = Path.of("src/main/java");
    private static final Path TEMPLATE = Path.of("src/test/resources/generate.mustache");
    static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final String MIGRATION = """
            -- The release before this one still runs while this is applied: add first, and drop in a later release.
            -- Write the change in place of the next line, which fails until then:
            ALTER TABLE …
            """;

    /** This folder tells --undo which files the command wrote, and what was in those that it edited. */
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
                var main = mainWith(feature.face(), feature.packageName());
                write(render(feature.values(nextVersion())));
                edit(mainClass(), main);
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
        var folder = mainClass().resolveSibling(words.get(1).replace("-", ""));
        require(Files.isDirectory(folder), "there is no feature " + words.get(1));
        var face = only(folder, "*Feature.java");
        var values = places(folder);
        var dashed = name.replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        if (kind.equals("page")) requireNoRoute(dashed);
        values.put(kind, true);
        values.put("Name", name);
        values.put("dashed", dashed);
        values.put("Words", capitalized(dashed.replace('-', ' ')));
        var edited = switch (kind) {
            case "job" ->
                withLine(
                        face,
                        "jobs(Worker worker)",
                        "worker.on(%1$s.class, new %1$s.Handler(services.jdbi())::run);".formatted(name));
            case "task" ->
                withLine(face, "commands(Commands commands)", """
                    commands.task("%s", "", "%s", arguments -> %s.run(services.jdbi(), arguments));""".formatted(dashed, dashed.replace('-', ' '), name));
            default ->
                withLine(face, "routes(Routes routes)", """
                    routes.page("/%1$s", Access.USER, context ->
                            services.layout().answer(context, "%2$s/%1$s", "%3$s", Map.of()));""".formatted(
                                dashed, values.get("feature"), values.get("Words")));
        };
        write(render(values));
        edit(face, edited);
    }

    /** The lines of a face with one more in a method, and with the method if there is none. The formatter drops unused imports. */
    private static List<String> withLine(Path face, String method, String line) throws IOException {
        var lines = new ArrayList<>(Files.readAllLines(face));
        var beginning = "    public void %s(".formatted(method.substring(0, method.indexOf('(')));
        if (lines.stream().noneMatch(each -> each.startsWith(beginning))) {
            lines.addAll(
                    lines.lastIndexOf("}"),
                    List.of("", "    @Override", "    public void %s {".formatted(method), "    }"));
        }
        var head = lines.stream()
                .filter(each -> each.startsWith(beginning))
                .findFirst()
                .orElseThrow();
        require(
                head.endsWith(method.substring(method.indexOf(' ')) + " {"),
                face + " names the parameter otherwise: " + head.strip());
        lines.add(lines.indexOf(head) + 1, line.indent(8).stripTrailing());
        for (var name : List.of("dozen.app.Commands", "dozen.http.Access", "dozen.jobs.Worker", "java.util.Map")) {
            var imported = "import %s;".formatted(name);
            if (!lines.contains(imported)) lines.add(2, imported);
        }
        return lines;
    }

    /** Main with a line before the kit's own features, and the import. The formatter sorts the imports. */
    private static List<String> mainWith(String face, String feature) throws IOException {
        var main = mainClass();
        var lines = new ArrayList<>(Files.readAllLines(main));
        var at = lines.size();
        for (var i = lines.size() - 1; i >= 0; i--) {
            var line = lines.get(i);
            if (line.contains("new MaintenanceFeature(") || at == lines.size() && line.contains("return features;"))
                at = i;
        }
        require(at < lines.size(), main + " has no line \"return features;\"");
        lines.add(at, "        features.add(new %s(services));".formatted(face));
        lines.add(
                2,
                "import %s.%s.%s;"
                        .formatted(
                                SOURCES.relativize(main.getParent()).toString().replace('/', '.'), feature, face));
        return lines;
    }

    static Path mainClass() throws IOException {
        return only(SOURCES, "Main.java");
    }

    /** Returns the values that tell the template where a feature is, given the folder of its sources. */
    static Map<String, Object> places(Path sources) throws IOException {
        var folder = SOURCES.relativize(sources);
        var root = folder.getParent();
        return new HashMap<>(Map.of(
                "folder", folder,
                "feature", folder.getFileName(),
                "root", root.toString().replace('/', '.'),
                "package", folder.toString().replace('/', '.'),
                "Running", running(root)));
    }

    /** The class that starts the application in tests, such as RunningAcademy. */
    static String running(Path root) throws IOException {
        var file = only(GeneratedFeature.TESTS.resolve(root), "Running*.java");
        return file.getFileName().toString().replace(".java", "");
    }

    static Path only(Path folder, String name) throws IOException {
        var matcher = folder.getFileSystem().getPathMatcher("glob:" + name);
        try (var files = Files.walk(folder)) {
            return files.filter(file -> matcher.matches(file.getFileName()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no %s below %s".formatted(name, folder)));
        }
    }

    static String capitalized(String text) {
        return text.substring(0, 1).toUpperCase() + text.substring(1);
    }

    /** Refuses a name that a page or the API has already. */
    static void requireNoRoute(String path) throws IOException {
        for (var file : Machine.files(SOURCES, ".java")) {
            require(
                    !Files.readString(file).matches("(?s).*\"/(api/)?%s[\"/{?].*".formatted(path)),
                    "there is a route /%s in %s".formatted(path, file));
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

    /** The version after the highest of the migrations V…__NAME.sql. */
    private static long nextVersion() throws IOException {
        return 1
                + Machine.files(MIGRATIONS, ".sql").stream()
                        .map(file -> file.getFileName().toString())
                        .filter(name -> name.matches("V\\d{1,15}__.*"))
                        .mapToLong(name -> Long.parseLong(name.substring(1, name.indexOf('_'))))
                        .max()
                        .orElse(0);
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
