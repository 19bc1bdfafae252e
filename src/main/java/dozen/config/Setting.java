package dozen.config;

/**
 * One setting as it was declared and found.
 *
 * @param defaultValue the default as text; null when there is none
 * @param value the value in force, as text; null when there is none and for a secret
 * @param set whether the environment holds it
 */
public record Setting(
        String name,
        String meaning,
        String defaultValue,
        boolean required,
        boolean secret,
        boolean set,
        String value) {}
