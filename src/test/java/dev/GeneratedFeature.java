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
    private static final Path DATABASE = Path.of("src/main/resources/db");
    static final Path TESTS = Path.of("src/test/java");
    /** The classes that the template imports, after which no record or feature can be named. */
    private static final Set<String> IMPORTED = Set.of("""
            Access BigDecimal Commands ConstructorMapper Context Draft Feature Handle HttpStatus Idempotency Instant Jdbi Json
            Layout List LocalDate Locale Map Nullable ObjectNode Objects Params Postgres Routes RowMapper Services Slice
            TestApp TestClient UnaryOperator URLEncoder UUID Validation""".split("\\s+"));
    /** The variables of the template that would hide one of the feature's. */
    private static final Set<String> VARIABLES =
            Set.of("change", "changes", "context", "draft", "faults", "handle", "transaction");

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
        var feature = new GeneratedFeature(Generate.mainClass(), plural, singular, typed, isOwned, hasPages);
        for (var name : List.of(feature.packageName(), variable(singular))) {
            require(!SourceVersion.isKeyword(name), "\"%s\" is a word of Java".formatted(name));
            require(!VARIABLES.contains(name), "the template has a variable \"%s\"".formatted(name));
        }
        for (var name : List.of(className(plural), className(singular))) {
            require(!IMPORTED.contains(name) && !isJavaLang(name), "Java or the kit has a class %s".formatted(name));
        }
        require(!Files.exists(feature.main.resolveSibling(feature.packageName())), plural + " exists already");
        Generate.requireNoRoute(plural);
        var isTable = "(?is).*CREATE TABLE (IF NOT EXISTS )?%s\\b.*".formatted(feature.table());
        require(
                !GeneratedField.SQL_WORDS.contains(feature.table()) && !anyFile(DATABASE, isTable),
                "a table can't be named %s, or there is one".formatted(feature.table()));
        for (var field : typed) {
            var constraint = "%s_owner_id_%s_fkey".formatted(feature.table(), field.column());
            require(constraint.length() <= 63, "PostgreSQL would cut the name " + constraint);
            require(!isOwned || !field.name().equals("ownerId"), "\"owner\" is the account that owns the row");
        }
        return feature;
    }

    private String table() {
        return plural.replace('-', '_');
    }

    private static boolean anyFile(Path folder, String pattern) throws IOException {
        for (var file : Machine.files(folder, ".sql"))
            if (Files.readString(file).matches(pattern)) return true;
        return false;
    }

    private static boolean isJavaLang(String name) {
        try {
            return Class.forName("java.lang." + name) != null;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    String face() {
        return className(plural) + "Feature";
    }

    String packageName() {
        return plural.replace("-", "");
    }

    private Path folder() {
        return Generate.SOURCES.relativize(main.getParent());
    }

    private static String variable(String name) {
        var className = className(name);
        return className.substring(0, 1).toLowerCase() + className.substring(1);
    }

    private static String className(String name) {
        var text = new StringBuilder();
        for (var word : name.split("-")) text.append(Generate.capitalized(word));
        return text.toString();
    }

    /** The values that the template names: "Records" is the class Parcels, and "record" the variable parcel. */
    Map<String, Object> values(long version) throws IOException {
        var values = Generate.places(main.resolveSibling(packageName()));
        values.put("isFeature", true);
        values.put("version", version);
        values.put("path", plural);
        values.put("table", table());
        values.put("Records", className(plural));
        values.put("records", variable(plural));
        values.put("Record", className(singular));
        values.put("record", variable(singular));
        values.put("Title", Generate.capitalized(plural.replace('-', ' ')));
        values.put("title", plural.replace('-', ' '));
        values.put("Title1", Generate.capitalized(singular.replace('-', ' ')));
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
            if (!isOwned
                    || !field.ref()
                    || !anyFile(DATABASE, "(?s).*CREATE TABLE %s \\([^;]*owner_id.*".formatted(field.targetTable())))
                continue;
            checked.add(Map.of(
                    "name", field.name(),
                    "label2", field.label2(),
                    "targetTable", field.targetTable(),
                    "foreign", sample(field).replace("(caller)", "(other)")));
        }
        return checked;
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

    /** A Java expression of a value that the field takes, in a method that knows the caller. */
    private String sample(GeneratedField field) throws IOException {
        if (!field.ref()) return field.sample();
        if (field.isAccount()) {
            return field.unique()
                    ? Generate.running(folder()) + ".signUp(caller, UUID.randomUUID() + \"@example.com\", \"Somebody\")"
                    : "caller.get(\"/api/me\").text(\"/id\")";
        }
        var tests = TESTS.resolve(folder()).resolve(field.target().replace("-", ""));
        require(Files.isDirectory(tests), "there is no feature %s to refer to".formatted(field.target()));
        try (var files = Files.list(tests)) {
            for (var file : files.toList()) {
                if (!Files.readString(file).contains("static String example(")) continue;
                var name = file.getFileName().toString().replace(".java", "");
                return "%s.%s.example(caller)"
                        .formatted(
                                tests.subpath(3, tests.getNameCount())
                                        .toString()
                                        .replace('/', '.'),
                                name);
            }
        }
        throw new IllegalArgumentException(
                "a test needs a row of %1$s: write public static String example(TestClient caller) in a class in %1$s"
                        .formatted(tests));
    }
}
