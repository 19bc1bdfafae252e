package dozen.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads settings from the environment, typed and bounded: {@code env.setting("PORT", "HTTP").integer(80, 1, 65535)}. A
 * fault does not stop the reading, so that all faults are told at once. An empty string counts as unset. No value of a
 * secret is ever repeated in a fault.
 */
public final class Env {
    /**
     * One setting as it was declared and found. The default and the value in force are text, or null when there is
     * none; a secret's value is always null.
     *
     * @param set whether the environment holds it
     */
    public record Setting(
            String name,
            String meaning,
            String defaultValue,
            boolean required,
            boolean secret,
            boolean set,
            String value) {
        /** The value for people; of a secret, only whether it is set. */
        public String shownValue() {
            if (set) return secret ? "set, hidden" : value;
            return value == null ? "unset" : value + " (default)";
        }

        public String shownDefault() {
            if (required) return "required";
            return defaultValue == null ? "unset" : defaultValue;
        }
    }

    private final Map<String, String> variables;
    private final List<Setting> settings = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    public Env(Map<String, String> variables) {
        this.variables = new HashMap<>(variables);
        this.variables.values().removeIf(String::isEmpty);
    }

    /** Starts a declaration; its last call gives the type and reads the value. */
    public Declaration setting(String name, String meaning) {
        return new Declaration(name, meaning);
    }

    /** The settings declared so far, in order. */
    public List<Setting> settings() {
        return List.copyOf(settings);
    }

    /** Adds a fault that concerns several settings together; the line begins with the name of one of them. */
    public void fault(String line) {
        faults.add(line);
    }

    /** Every setting that was missing or bad, one line each. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    public final class Declaration {
        private final String name;
        private String meaning;
        private String given;
        private String shown;

        private Declaration(String name, String meaning) {
            this.name = name;
            this.meaning = meaning;
            given = variables.get(name);
        }

        /** Adds another name, such as a platform's own, which is read when those before it are unset. */
        public Declaration or(String otherName) {
            return or(otherName, "%s");
        }

        /** @param format makes this setting's value of the other's, as https://%s does of a host */
        public Declaration or(String otherName, String format) {
            var value = variables.get(otherName);
            if (given == null && value != null) given = format.formatted(value);
            return this;
        }

        /** Sets how lists show the default, for one that depends on other settings. */
        public Declaration shownAs(String defaultValue) {
            shown = defaultValue;
            return this;
        }

        /** Reads a whole number from min to max. Lists show these bounds after the meaning. */
        public int integer(int defaultValue, int min, int max) {
            meaning += " (" + min + " to " + max + ")"; // %d would load the number formats of all locales: 10 ms
            return parsed(String.valueOf(defaultValue), text -> {
                if (!text.matches("[+-]?\\d{1,18}")) throw bad("must be a whole number, but is \"%s\"", text);
                var number = Long.parseLong(text);
                if (number < min || number > max) throw bad("must be from %d to %d, but is %s", min, max, text);
                return (int) number;
            });
        }

        public boolean bool(boolean defaultValue) {
            return parsed(String.valueOf(defaultValue), text -> switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw bad("must be true or false, but is \"%s\"", text);
            });
        }

        /** One of an enum's constants, written in lower case. */
        public <E extends Enum<E>> E choice(E defaultValue) {
            return parsed(lower(defaultValue), text -> {
                var all = defaultValue.getDeclaringClass().getEnumConstants();
                for (var one : all) if (lower(one).equals(text)) return one;
                var names = Arrays.stream(all).map(Declaration::lower).collect(Collectors.joining(", "));
                throw bad("must be one of %s, but is \"%s\"", names, text);
            });
        }

        private static String lower(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }

        private static IllegalArgumentException bad(String message, Object... values) {
            return new IllegalArgumentException(message.formatted(values));
        }

        /** A text with a default, read by a parser whose IllegalArgumentException says what is wrong with it. */
        public <T> T parsed(String defaultValue, Function<String, T> parser) {
            return read(defaultValue, false, false, parser);
        }

        public String text(String defaultValue) {
            return parsed(defaultValue, text -> text);
        }

        public <T> Optional<T> optional(Function<String, T> parser) {
            return Optional.ofNullable(read(null, false, false, parser));
        }

        /** A secret that must be set. The parser's message must not repeat the value. */
        public <T> T secret(Function<String, T> parser) {
            return read(null, true, true, parser);
        }

        public <T> Optional<T> optionalSecret(Function<String, T> parser) {
            return Optional.ofNullable(read(null, false, true, parser));
        }

        private <T> T read(String defaultValue, boolean required, boolean secret, Function<String, T> parser) {
            var text = given == null ? defaultValue : given;
            var listed = shown == null ? defaultValue : shown;
            settings.add(new Setting(name, meaning, listed, required, secret, given != null, secret ? null : text));
            if (text == null) {
                if (required) fault(name + " is required: " + meaning);
                return null;
            }
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                fault(name + " " + e.getMessage());
                return defaultValue == null || text.equals(defaultValue) ? null : parser.apply(defaultValue);
            }
        }
    }
}
