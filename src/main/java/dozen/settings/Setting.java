package dozen.settings;

/**
 * One setting as it was declared and found.
 *
 * @param standard the default as text; null when there is none
 * @param value what is in force, as text; null when unset or a secret
 * @param set whether the environment holds it
 */
public record Setting(
        String name, String meaning, String standard, boolean required, boolean secret, boolean set, String value) {}
