package dev;

import static dev.Generate.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.lang.model.SourceVersion;

/**
 * A field of a generated feature, as given in {@code name:type[?][!]}. The templates read its methods by their names.
 *
 * @param name in Java and JSON, such as trackingNumber
 * @param type one of {@link #TYPES}
 * @param target the feature whose row a ref names; empty for other types
 * @param optional whether the value may be null
 * @param unique whether no two rows may have the same value
 */
record GeneratedField(String name, String type, String target, boolean optional, boolean unique) {
    static final List<String> TYPES = List.of("text", "int", "decimal", "bool", "date", "time", "uuid", "ref");
    /** The words that can name neither a table nor a column in PostgreSQL (its manual, appendix C), and its own columns. */
    static final Set<String> SQL_WORDS = Set.of("""
            all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
            column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
            current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
            from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
            localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
            returning right select session_user similar some symmetric system_user table tablesample then to trailing true
            union unique user using variadic verbose when where window with cmax cmin ctid tableoid xmax xmin""".split("\\s+"));
    /** The names that a row has already, or that a record can't give to a component. */
    private static final Set<String> TAKEN = Set.of("""
            id owner createdAt EMPTY q limit cursor clone finalize getClass hashCode notify notifyAll toString wait draft check
            faults validate validation""".split("\\s+"));

    static GeneratedField parse(String text) {
        var declared = text.replaceAll("[?!]+$", "");
        var marks = text.substring(declared.length());
        var parts = List.of(declared.split(":", -1));
        var isTyped = parts.size() >= 2 && TYPES.contains(parts.get(1));
        require(isTyped, "\"%s\" is no field: write name:type with a type of %s".formatted(text, TYPES));
        var isRef = parts.get(1).equals("ref");
        require(parts.size() == (isRef ? 3 : 2), "\"%s\": a reference is written as name:ref:FEATURE".formatted(text));
        var name = parts.getFirst();
        require(name.matches("[a-z][a-zA-Z0-9]{0,23}"), "\"%s\" is no name of up to 24 letters".formatted(name));
        var field = new GeneratedField(
                isRef ? name + "Id" : name,
                parts.get(1),
                isRef ? parts.get(2) : "",
                marks.contains("?"),
                marks.contains("!"));
        var isReserved =
                TAKEN.contains(field.name) || SQL_WORDS.contains(field.column()) || SourceVersion.isKeyword(name);
        require(!isReserved, "\"%s\" is reserved: take another name".formatted(name));
        require(!field.bool() || !field.unique, "a bool can't be unique: " + text);
        return field;
    }

    /** Whether it names the account that a row belongs to, which is set by the log-in and not by the request. */
    boolean isOwner() {
        return name.equals("ownerId") && isAccount();
    }

    boolean isAccount() {
        return target.equals("accounts");
    }

    boolean bool() {
        return type.equals("bool");
    }

    boolean text() {
        return type.equals("text");
    }

    boolean ref() {
        return type.equals("ref");
    }

    boolean required() {
        return !optional;
    }

    String column() {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** The words of the name, such as "tracking number". */
    String label1() {
        return (ref() ? name.substring(0, name.length() - 2) : name)
                .replaceAll("([A-Z])", " $1")
                .toLowerCase(Locale.ROOT);
    }

    String label() {
        return label1().substring(0, 1).toUpperCase(Locale.ROOT) + label1().substring(1);
    }

    /** The name with a capital, for the name of a test. */
    String label2() {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    String javaType() {
        return switch (type) {
            case "text" -> "String";
            case "int" -> "Integer";
            case "decimal" -> "BigDecimal";
            case "bool" -> "Boolean";
            case "date" -> "LocalDate";
            case "time" -> "Instant";
            default -> "UUID";
        };
    }

    String sql() {
        var sqlType = switch (type) {
            case "int" -> "int";
            case "decimal" -> "numeric";
            case "bool" -> "boolean";
            case "time" -> "timestamptz";
            case "ref" -> "uuid";
            default -> type;
        };
        return sqlType
                + (optional ? "" : " NOT NULL")
                + (ref() ? " REFERENCES " + targetTable() + (optional ? " ON DELETE SET NULL" : "") : "");
    }

    /** The statements that check a draft. */
    List<String> checks() {
        if (text()) {
            var value = optional ? "%1$s == null ? \"\" : %1$s".formatted(name) : name;
            return List.of("validation.text(\"%s\", %s, %d, 200);".formatted(name, value, optional ? 0 : 1));
        }
        var checks = new ArrayList<String>();
        if (required()) checks.add("validation.required(\"%1$s\", %1$s);".formatted(name));
        if (type.equals("decimal")) checks.add("validation.decimal(\"%1$s\", %1$s);".formatted(name));
        if (type.equals("date") || type.equals("time")) checks.add("validation.year(\"%1$s\", %1$s);".formatted(name));
        return checks;
    }

    String input() {
        return switch (type) {
            case "int" -> " type=\"number\"";
            case "decimal" -> " type=\"number\" step=\"any\"";
            case "date" -> " type=\"date\"";
            case "text" -> " maxlength=\"200\"";
            default -> "";
        };
    }

    String hint() {
        return switch (type) {
            case "time" -> ", such as 2026-01-31T12:00:00Z";
            case "uuid", "ref" -> ", an id";
            default -> "";
        };
    }

    String targetTable() {
        return target.replace('-', '_');
    }

    /** Whether its column gets an index: without one, each deletion of a row that it refers to reads the whole table. */
    boolean indexed() {
        return ref() && !unique;
    }

    /** A Java expression of a value that the field takes, and that no other row has. */
    String sample() {
        return switch (type) {
            case "text" -> "\"%s %%05d\".formatted(++counter)".formatted(label());
            case "int" -> "++counter";
            case "decimal" -> "++counter + 0.5";
            case "bool" -> "true";
            case "date" -> "LocalDate.EPOCH.plusDays(++counter).toString()";
            case "time" -> "Instant.ofEpochSecond(++counter).toString()";
            default -> "UUID.randomUUID().toString()";
        };
    }

    /** A wrong value in JSON, for the test. */
    String wrong() {
        return switch (type) {
            case "text" -> "5";
            case "int", "bool" -> "1.5";
            case "decimal" -> "0.00001";
            case "date" -> "\\\"2026-02-30\\\"";
            case "ref" -> "\\\"00000000-0000-7000-8000-000000000000\\\"";
            default -> "\\\"x\\\"";
        };
    }

    String message() {
        return switch (type) {
            case "decimal" -> "may have 15 digits before the point and 4 after it";
            case "ref" -> "does not exist";
            default -> "has the wrong type";
        };
    }

    /** Returns a text that the form refuses for this field; empty when it takes any. */
    String typed() {
        if (text()) return optional ? "" : " ";
        return bool() ? "" : "x";
    }
}
