package dev;

import static dev.Generate.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.SourceVersion;

/**
 * A feature to generate.
 *
 * @param main the class that wires the project
 * @param plural its name as in the command, such as order-lines
 * @param singular the name of one row, such as order-line
 * @param isOwned whether each row belongs to the account that made it
 */
record GeneratedFeature(
        Path main, String plural, String singular, List<GeneratedField> fields, boolean isOwned, boolean hasPages) {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path TESTS = Path.of("src/test/java");
    /** The classes that the templates import, or that Java imports by itself, and that a record can't be named after. */
    private static final Set<String> IMPORTED =
            Set.of(("Access Commands Context Draft Feature Handle Idempotency Instant Jdbi Json "
                            + "Layout List Locale Map Params Routes Services Slice Validation")
                    .split(" "));

    static GeneratedFeature of(String plural, List<GeneratedField> fields, String access, boolean hasPages)
            throws IOException {
        require(
                plural.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*s") && plural.length() <= 28,
                "\"%s\" is no feature's name: take a plural, such as parcels or order-lines".formatted(plural));
        var singular = plural.replaceFirst("ies$", "y").replaceFirst("((ss|x|ch|sh)es|s)$", "$2");
        var typed = fields.stream().filter(field -> !field.isOwner()).toList();
        var isOwned = typed.size() < fields.size() || access.equals("owner");
        require(!(isOwned && access.equals("admin")), "rows with an owner have --access owner");
        require(!typed.isEmpty() && typed.size() <= 40, "a feature has 1 to 40 fields besides an owner");
        for (var field : typed) {
            require(
                    !hasPages || !field.bool() || !field.optional(),
                    "a bool can't be optional in a form: " + field.name());
            var same = typed.stream().filter(each -> each.name().equals(field.name()));
            require(same.count() == 1, "two fields are named " + field.name());
        }
        var feature = new GeneratedFeature(mainClass(), plural, singular, typed, isOwned, hasPages);
        for (var name : List.of(feature.packageName(), variable(singular))) {
            require(!SourceVersion.isKeyword(name), "\"%s\" is a word of Java".formatted(name));
        }
        for (var name : List.of(className(plural), className(singular))) {
            require(!IMPORTED.contains(name) && !isJavaLang(name), "Java or the kit has a class %s".formatted(name));
        }
        require(!Files.exists(feature.main.resolveSibling(feature.packageName())), plural + " exists already");
        return feature;
    }

    private static boolean isJavaLang(String name) {
        try {
            return Class.forName("java.lang." + name) != null;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static Path mainClass() throws IOException {
        return only(SOURCES, "Main.java");
    }

    /** What the templates say about the place of a feature, whose sources are in this folder. */
    static Map<String, Object> places(Path sources) throws IOException {
        var folder = SOURCES.relativize(sources);
        var root = folder.getParent();
        var running = only(TESTS.resolve(root), "Running*.java").getFileName().toString();
        return new HashMap<>(Map.of(
                "folder", folder,
                "feature", folder.getFileName(),
                "root", root.toString().replace('/', '.'),
                "package", folder.toString().replace('/', '.'),
                "Running", running.replace(".java", "")));
    }

    static Path only(Path folder, String name) throws IOException {
        var matcher = folder.getFileSystem().getPathMatcher("glob:" + name);
        try (var files = Files.walk(folder)) {
            return files.filter(file -> matcher.matches(file.getFileName()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no %s below %s".formatted(name, folder)));
        }
    }

    private String packageName() {
        return plural.replace("-", "");
    }

    private Path folder() {
        return SOURCES.relativize(main.getParent());
    }

    private static String variable(String name) {
        var className = className(name);
        return className.substring(0, 1).toLowerCase() + className.substring(1);
    }

    private static String className(String name) {
        var text = new StringBuilder();
        for (var word : name.split("-")) text.append(capitalized(word));
        return text.toString();
    }

    static String capitalized(String text) {
        return text.substring(0, 1).toUpperCase() + text.substring(1);
    }

    /** The values that the template names: "Records" is the class Parcels, and "record" the variable parcel. */
    Map<String, Object> values(int version) throws IOException {
        var values = places(main.resolveSibling(packageName()));
        values.put("isFeature", true);
        values.put("version", version);
        values.put("path", plural);
        values.put("table", plural.replace('-', '_'));
        values.put("Records", className(plural));
        values.put("records", variable(plural));
        values.put("Record", className(singular));
        values.put("record", variable(singular));
        values.put("Title", capitalized(plural.replace('-', ' ')));
        values.put("title", plural.replace('-', ' '));
        values.put("Title1", capitalized(singular.replace('-', ' ')));
        values.put("title1", singular.replace('-', ' '));
        values.put("a", singular.matches("[aeio].*") ? "an" : "a");
        values.put("A", singular.matches("[aeio].*") ? "An" : "A");
        values.put("pages", hasPages);
        values.put("owned", isOwned);
        values.put("writeAccess", isOwned ? "USER" : "ADMIN");
        values.put("owner", isOwned ? "Routes.caller(context).id(), " : "");
        values.put("fields", fields);
        values.put("constrained", fields.stream().anyMatch(field -> field.unique() || field.ref()));
        values.put("checkedRefs", checkedRefs());
        values.putAll(testValues());
        return values;
    }

    /** The references of an owned row to others that are owned: nobody may refer to what is not their own. */
    private List<Map<String, Object>> checkedRefs() throws IOException {
        var checked = new ArrayList<Map<String, Object>>();
        for (var field : fields) {
            if (!isOwned || !field.ref() || !isTableOwned(field.targetTable())) continue;
            checked.add(Map.of(
                    "name", field.name(),
                    "label2", field.label2(),
                    "targetTable", field.targetTable(),
                    "foreign", sample(field).replace("cookie", "other")));
        }
        return checked;
    }

    private static boolean isTableOwned(String table) throws IOException {
        try (var files = Files.list(Generate.MIGRATIONS)) {
            for (var file : files.toList()) {
                if (Files.readString(file).matches("(?s).*CREATE TABLE %s \\([^;]*owner_id.*".formatted(table)))
                    return true;
            }
            return false;
        }
    }

    private Map<String, Object> testValues() throws IOException {
        var values = new HashMap<String, Object>();
        var samples = new ArrayList<Map<String, Object>>();
        for (var field : fields) samples.add(Map.of("name", field.name(), "value", sample(field)));
        values.put("samples", samples);
        values.put("writer", isOwned ? "owner" : "admin");
        values.put("writerIsAdmin", !isOwned || fields.stream().anyMatch(field -> field.ref() && !field.isAccount()));
        values.put("readByOther", isOwned ? 404 : 200);
        values.put("deniedToOther", isOwned ? 404 : 403);
        var texts = fields.stream().filter(GeneratedField::text).toList();
        values.put("searched", texts.isEmpty() ? false : texts);
        values.put("searchedFirst", texts.isEmpty() ? false : texts.getFirst().name());
        values.put(
                "unique",
                fields.stream()
                        .filter(GeneratedField::unique)
                        .findFirst()
                        .<Object>map(field -> field)
                        .orElse(false));
        values.put(
                "refusable",
                fields.stream()
                        .filter(field -> !field.typed().isEmpty())
                        .findFirst()
                        .<Object>map(field -> field)
                        .orElse(false));
        return values;
    }

    /** A Java expression of a value that the field takes, in a method that knows the program and a cookie. */
    private String sample(GeneratedField field) throws IOException {
        if (!field.ref()) return field.sample();
        if (field.isAccount()) {
            return field.unique()
                    ? "app.signUp(UUID.randomUUID() + \"@example.com\")"
                    : "json(app.get(\"/api/me\", cookie)).get(\"id\").asText()";
        }
        var tests = TESTS.resolve(folder()).resolve(field.target().replace("-", ""));
        require(Files.isDirectory(tests), "there is no feature %s to refer to".formatted(field.target()));
        try (var files = Files.list(tests)) {
            for (var file : files.toList()) {
                if (!Files.readString(file).contains("static String example(")) continue;
                var name = file.getFileName().toString().replace(".java", "");
                return "%s.%s.example(app, cookie)"
                        .formatted(
                                tests.subpath(3, tests.getNameCount())
                                        .toString()
                                        .replace('/', '.'),
                                name);
            }
        }
        throw new IllegalArgumentException(
                "a test needs a row of %1$s: write public static String example(%2$s app, String cookie) in a class in %1$s"
                        .formatted(tests, "Running…"));
    }

    /** Adds a line before the kit's own features, and the import. The formatter sorts the imports. */
    void addToMain() throws IOException {
        var lines = new ArrayList<>(Files.readAllLines(main));
        var at = lines.size();
        for (var i = lines.size() - 1; i >= 0; i--) {
            var line = lines.get(i);
            if (line.contains("new MaintenanceFeature(") || at == lines.size() && line.contains("return features;"))
                at = i;
        }
        require(at < lines.size(), main + " has no line \"return features;\"");
        var face = className(plural) + "Feature";
        lines.add(at, "        features.add(new %s(services));".formatted(face));
        lines.add(2, "import %s.%s.%s;".formatted(folder().toString().replace('/', '.'), packageName(), face));
        Generate.edit(main, lines);
    }
}
