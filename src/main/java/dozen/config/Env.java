package dozen.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads settings from the environment, typed and bounded. A fault does not stop the reading, so that {@link #check()}
 * reports all of them at once. An empty string counts as unset. No value of a secret is ever repeated in a fault.
 *
 * <pre>{@code
 * var env = new Env(System.getenv());
 * var port = env.setting("PORT", "HTTP port; 0 picks a free one").integer(8000, 0, 65535);
 * env.check();
 * }</pre>
 */
public final class Env {
    private final Map<String, String> variables;
    private final List<Setting> settings = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    public Env(Map<String, String> variables) {
        this.variables = variables;
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

    public List<String> faults() {
        return List.copyOf(faults);
    }

    /** @throws Faults when any setting was missing or bad */
    public void check() {
        if (!faults.isEmpty()) throw new Faults(faults());
    }

    /** Every fault of the settings, one line each. */
    public static final class Faults extends RuntimeException {
        private final transient List<String> lines;

        Faults(List<String> lines) {
            super(String.join("\n", lines));
            this.lines = lines;
        }

        public List<String> lines() {
            return lines;
        }
    }

    public final class Declaration {
        private final String name;
        private final String meaning;
        private String fallbackName;
        private String shown;
        private String bounds = "";

        private Declaration(String name, String meaning) {
            this.name = name;
            this.meaning = meaning;
        }

        /** Adds a second name, such as a platform's own, which is read when the first is unset. */
        public Declaration or(String otherName) {
            fallbackName = otherName;
            return this;
        }

        /** Sets how lists show the default, for one that depends on other settings. */
        public Declaration shownAs(String defaultValue) {
            shown = defaultValue;
            return this;
        }

        /** Reads a whole number from min to max. Lists show these bounds after the meaning. */
        public int integer(int defaultValue, int min, int max) {
            bounds = " (%s to %s)".formatted(min, max); // %d would load the number formats of all locales: 10 ms
            return read(String.valueOf(defaultValue), false, false, text -> {
                var number = wholeNumber(text);
                if (number < min || number > max) throw expected(text, min, max);
                return (int) number;
            });
        }

        private static long wholeNumber(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("must be a whole number, but is \"%s\"".formatted(text));
            }
        }

        private static IllegalArgumentException expected(String text, int min, int max) {
            return new IllegalArgumentException("must be from %d to %d, but is %s".formatted(min, max, text));
        }

        public boolean bool(boolean defaultValue) {
            return read(String.valueOf(defaultValue), false, false, text -> switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("must be true or false, but is \"%s\"".formatted(text));
            });
        }

        /** One of an enum's constants, written in lower case. */
        public <E extends Enum<E>> E choice(E defaultValue) {
            return read(lower(defaultValue), false, false, text -> {
                var all = Arrays.asList(defaultValue.getDeclaringClass().getEnumConstants());
                return all.stream()
                        .filter(one -> lower(one).equals(text))
                        .findFirst()
                        .orElseThrow(() -> {
                            var names = String.join(
                                    ", ", all.stream().map(Declaration::lower).toList());
                            return new IllegalArgumentException(
                                    "must be one of %s, but is \"%s\"".formatted(names, text));
                        });
            });
        }

        private static String lower(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }

        /** A text with a default, read by a parser whose IllegalArgumentException says what is wrong with it. */
        public <T> T parsed(String defaultValue, Function<String, T> parser) {
            return read(defaultValue, false, false, parser);
        }

        public String text(String defaultValue) {
            return read(defaultValue, false, false, text -> text);
        }

        /** A text that may be unset. */
        public <T> Optional<T> optional(Function<String, T> parser) {
            return Optional.ofNullable(read(null, false, false, parser));
        }

        /** A secret that must be set. The parser's message must not repeat the value. */
        public <T> T secret(Function<String, T> parser) {
            return read(null, true, true, parser);
        }

        /** A secret that may be unset. */
        public <T> Optional<T> optionalSecret(Function<String, T> parser) {
            return Optional.ofNullable(read(null, false, true, parser));
        }

        private <T> T read(String defaultValue, boolean required, boolean secret, Function<String, T> parser) {
            var given = value(name);
            if (given == null && fallbackName != null) given = value(fallbackName);
            var text = given == null ? defaultValue : given;
            settings.add(new Setting(
                    name,
                    meaning + bounds,
                    shown == null ? defaultValue : shown,
                    required,
                    secret,
                    given != null,
                    secret ? null : text));
            if (text == null) {
                if (required) faults.add(name + " is required: " + meaning);
                return null;
            }
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                faults.add(name + " " + e.getMessage());
                return defaultValue == null || text.equals(defaultValue) ? null : parser.apply(defaultValue);
            }
        }

        private String value(String key) {
            var value = variables.get(key);
            return value == null || value.isEmpty() ? null : value;
        }
    }
}
