package dozen.app;

import java.nio.file.Files;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import jdk.jshell.tool.JavaShellToolBuilder;

/**
 * A JShell on the running release, with the application's class path and with its resources as variables. It works at a
 * terminal and with piped input.
 */
public final class Console {
    /**
     * The variables by name. JShell compiles its snippets separately from our code, so they reach our objects through
     * this static field.
     */
    private static final Map<String, Object> SCOPE = new LinkedHashMap<>();

    public Console with(String variable, Object value) {
        SCOPE.put(variable, value);
        return this;
    }

    /** The value of a variable. The snippets that declare the variables call this. */
    public static Object value(String variable) {
        return SCOPE.get(variable);
    }

    /** Reads until /exit or the end of the input. */
    void run() throws Exception {
        var terminal = System.console() != null && System.console().isTerminal();
        var tool = JavaShellToolBuilder.builder().persistence(new HashMap<>()); // keeps nothing on disk
        var start = Files.createTempFile("console", ".jsh");
        try {
            Files.writeString(start, declarations());
            tool.start(
                    "--execution",
                    "local",
                    "--class-path",
                    System.getProperty("java.class.path"),
                    "--feedback",
                    terminal ? "normal" : "concise",
                    "--startup",
                    "DEFAULT",
                    "--startup",
                    start.toString());
        } finally {
            Files.deleteIfExists(start);
        }
    }

    private static String declarations() {
        var text = new StringBuilder();
        SCOPE.forEach((variable, value) -> {
            var type = value.getClass().getCanonicalName();
            text.append("%s %s = (%s) dozen.app.Console.value(\"%s\");%n".formatted(type, variable, type, variable));
        });
        return text.toString();
    }
}
