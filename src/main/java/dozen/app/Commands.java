package dozen.app;

import dozen.config.Secret;
import dozen.domain.Exit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import jdk.jshell.tool.JavaShellToolBuilder;

/** Collects what the features add for administrators: one-off tasks, variables of the console, and sample data. */
public final class Commands {
    /** The body of a task, which takes its arguments, or the loading of sample data, which takes a password. */
    @FunctionalInterface
    public interface Body<T> {
        void run(T given) throws Exception;
    }

    record Task(String arguments, String meaning, Body<List<String>> body) {}

    private record Sample(BooleanSupplier isEmpty, Body<Secret> load) {}

    /** The running console's variables: static, because JShell compiles its snippets apart from our objects. */
    private static Map<String, Object> scope = Map.of();

    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final Map<String, Object> variables = new LinkedHashMap<>();
    private final List<Sample> samples = new ArrayList<>();

    /** The commands of these features, and {@code load-demo} if any has sample data. */
    public Commands(Feature.All features) {
        features.forEach(feature -> feature.commands(this));
        if (samples.isEmpty()) return;
        task("load-demo", "", "fills an empty database; the password of all on stdin", this::loadSamples);
    }

    /** @param arguments the task's arguments, as the usage text shows them */
    public void task(String name, String arguments, String meaning, Body<List<String>> body) {
        tasks.put(name, new Task(arguments, meaning, body));
    }

    public Commands variable(String name, Object value) {
        variables.put(name, value);
        return this;
    }

    /** @param isEmpty whether the feature has no data yet; unless that holds for all, nothing is loaded */
    public void sample(BooleanSupplier isEmpty, Body<Secret> load) {
        samples.add(new Sample(isEmpty, load));
    }

    Map<String, Task> tasks() {
        return tasks;
    }

    public List<String> taskNames() {
        return List.copyOf(tasks.keySet());
    }

    /** All accounts get one password, from stdin or a prompt: a password in the jar would be known to everybody. */
    private void loadSamples(List<String> arguments) throws Exception {
        if (!arguments.isEmpty()) throw Exit.usage("usage: task load-demo, the password on stdin");
        if (!samples.stream().allMatch(sample -> sample.isEmpty().getAsBoolean())) {
            throw Exit.failure("the database is not empty; nothing was loaded");
        }
        var password = readPassword();
        for (var sample : samples) sample.load().run(password);
    }

    /** Reads a password from a prompt, twice, or a line of stdin. Every user of the machine can list arguments. */
    public static Secret readPassword() throws IOException {
        var terminal = System.console();
        if (terminal != null && terminal.isTerminal()) {
            var first = terminal.readPassword("Password: ");
            var again = terminal.readPassword("Again: ");
            if (first != null && Arrays.equals(first, again)) return new Secret(new String(first));
            throw Exit.failure("the two passwords differ");
        }
        var line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (line == null) throw Exit.failure("no password on stdin");
        return new Secret(line);
    }

    /** Runs a JShell with the variables, at a terminal or with piped input, until /exit or the end of the input. */
    void console() throws Exception {
        scope = variables;
        var terminal = System.console() != null && System.console().isTerminal();
        var declarations = variables.keySet().stream().map(Commands::declaration);
        var start = Files.createTempFile("console", ".jsh");
        try {
            Files.write(start, declarations.toList());
            var shell = JavaShellToolBuilder.builder().persistence(new HashMap<>()); // keeps nothing on disk
            shell.start(
                    "--execution=local",
                    "--class-path=" + System.getProperty("java.class.path"),
                    "--feedback=" + (terminal ? "normal" : "concise"),
                    "--startup=DEFAULT",
                    "--startup=" + start);
        } finally {
            Files.deleteIfExists(start);
        }
    }

    private static String declaration(String variable) {
        var type = scope.get(variable).getClass().getCanonicalName();
        return "%s %s = (%s) dozen.app.Commands.value(\"%s\");".formatted(type, variable, type, variable);
    }

    /** The value of a variable. The snippets that declare the variables call this. */
    public static Object value(String variable) {
        return scope.get(variable);
    }
}
