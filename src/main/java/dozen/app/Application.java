package dozen.app;

import dozen.config.Env;
import dozen.domain.DomainError;
import dozen.domain.Exit;
import dozen.logging.Logging;
import dozen.services.ServiceUnavailable;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * Runs one of the process types of a jar. It picks the type that the first argument names, reads the settings, starts
 * the log, runs the type, and turns the result into an exit code.
 *
 * @param <S> the application's settings
 */
public final class Application<S> {
    /** Runs a process type with the settings and the lifecycle for what it opens. */
    @FunctionalInterface
    public interface Body<S> {
        void run(S settings, Lifecycle lifecycle) throws Exception;
    }

    /** @param stays whether the process runs until it is told to stop */
    private record Entry<S>(String meaning, boolean stays, boolean quiet, Body<S> body) {}

    private final String name;
    private final Class<?> main;
    private final BiFunction<Env, ProcessSettings, S> read;
    private final Map<String, String> example;
    private final Map<String, Entry<S>> types = new LinkedHashMap<>();
    private BiFunction<S, Lifecycle, Features> features = (_, _) -> new Features();

    /**
     * @param name the prefix of the application's messages on stderr
     * @param main the main class; its package and those below it log at LOG_LEVEL
     * @param read reads the settings; the log starts before that, because a library that reads a setting may log; the
     *     faults of all settings are reported together
     * @param example a value for each required setting, with which the features are made to list their tasks
     */
    public Application(
            String name, Class<?> main, BiFunction<Env, ProcessSettings, S> read, Map<String, String> example) {
        this.name = name;
        this.main = main;
        this.read = read;
        this.example = example;
    }

    /**
     * A process type that runs until it is told to stop.
     *
     * @param start starts the type and returns; what it registered with the lifecycle is closed at the stop
     */
    public Application<S> process(String type, String meaning, Body<S> start) {
        types.put(type, new Entry<>(meaning, true, false, start));
        return this;
    }

    /** A process type that does its work and ends. */
    public Application<S> once(String type, String meaning, Body<S> body) {
        types.put(type, new Entry<>(meaning, false, false, body));
        return this;
    }

    /** Sets how the features are built for tasks and for the console. Other commands do not call it. */
    public Application<S> commands(BiFunction<S, Lifecycle, Features> all) {
        features = all;
        types.put("console", new Entry<>("JShell with the resources in scope", false, true, this::console));
        return this;
    }

    /** @return the exit code: 0 success, 1 failure, 64 wrong usage, 69 a resource is away, 78 wrong settings */
    public int run(Map<String, String> environment, String... arguments) {
        // The driver sends PostgreSQL the machine's time zone, whose name PostgreSQL may not know. Logs use UTC, too.
        TimeZone.setDefault(TimeZone.getTimeZone(ZoneOffset.UTC));
        Locale.setDefault(Locale.ROOT); // numbers in SQL and keys have the digits 0 to 9, whatever the machine speaks
        try {
            dispatch(environment, arguments.length == 0 ? List.of("web") : Arrays.asList(arguments));
            return 0;
        } catch (Exit e) {
            printError(e.getMessage());
            return e.code();
        } catch (DomainError e) {
            printError(line(e));
            return e.kind() == DomainError.Kind.UNAVAILABLE ? Exit.UNAVAILABLE : Exit.FAILURE;
        } catch (Env.Faults e) {
            e.lines().forEach(this::printError);
            return Exit.CONFIG;
        } catch (Exception e) {
            if (ServiceUnavailable.isCauseOf(e)) {
                printError(ServiceUnavailable.reason(e));
                return Exit.UNAVAILABLE;
            }
            LoggerFactory.getLogger(Application.class).error("{} failed", String.join(" ", arguments), e);
            printError("failed: " + ServiceUnavailable.reason(e));
            return Exit.FAILURE;
        }
    }

    private static String line(DomainError error) {
        if (error.fields().isEmpty()) return error.getMessage();
        return error.fields().stream()
                .map(each -> each.field() + " " + each.message())
                .collect(Collectors.joining("; "));
    }

    private void printError(String line) {
        System.err.println(name + ": " + line);
    }

    private void dispatch(Map<String, String> environment, List<String> arguments) throws Exception {
        var type = arguments.getFirst();
        var rest = arguments.subList(1, arguments.size());
        switch (type) {
            case "help", "--help", "-h" -> usage(environment, System.out);
            case "settings" -> settings(new Env(environment));
            case "task" -> task(environment, rest);
            default -> {
                if (!types.containsKey(type)) throw unknown(environment, "unknown: " + type);
                start(types.get(type), type, environment);
            }
        }
    }

    /** Lists every setting: its name, its value (of a secret, only whether it is set), its default and its meaning. */
    private void settings(Env env) {
        read.apply(env, startLog(env, "settings", true));
        var row = "%-26s %-34s %-28s %s%n";
        System.out.printf(row, "NAME", "VALUE", "DEFAULT", "MEANING");
        for (var each : env.settings()) {
            System.out.printf(row, each.name(), each.shownValue(), each.shownDefault(), each.meaning());
        }
        env.check(); // after the list, so that faults do not hide it
    }

    private ProcessSettings startLog(Env env, String type, boolean quiet) {
        var common = ProcessSettings.read(env);
        var libraries = quiet ? Logging.Level.WARN : Logging.Level.INFO;
        Logging.start(
                common.logFormat(),
                common.logLevel(),
                libraries,
                type,
                common.release().version(),
                main.getPackageName());
        return common;
    }

    private void task(Map<String, String> environment, List<String> arguments) throws Exception {
        if (arguments.isEmpty()) throw unknown(environment, "the name of a task is missing");
        var task = arguments.getFirst();
        if (exampleTasks(environment).find(task) == null) throw unknown(environment, "unknown: " + task);
        Body<S> body = (settings, lifecycle) -> Tasks.of(features.apply(settings, lifecycle))
                .find(task)
                .body()
                .run(arguments.subList(1, arguments.size()));
        start(new Entry<>("", false, true, body), "task", environment);
    }

    private void console(S settings, Lifecycle lifecycle) throws Exception {
        var console = new Console().with("settings", settings);
        features.apply(settings, lifecycle).forEach(feature -> feature.console(console));
        console.run();
    }

    private void start(Entry<S> entry, String type, Map<String, String> environment) throws Exception {
        var env = new Env(environment);
        var common = startLog(env, type, entry.quiet());
        var settings = read.apply(env, common);
        env.check();
        try (var lifecycle = new Lifecycle(common.shutdownGrace())) {
            if (entry.stays()) lifecycle.closeOnShutdown();
            entry.body().run(settings, lifecycle);
            if (entry.stays()) lifecycle.awaitShutdown();
        }
    }

    private Exit unknown(Map<String, String> environment, String message) {
        usage(environment, System.err);
        return Exit.usage(message);
    }

    /** Lists the tasks. The features are built with example settings, because the usage text needs no settings. */
    private Tasks exampleTasks(Map<String, String> environment) {
        var common = startLog(new Env(environment), "task", true);
        var settings = read.apply(new Env(example), common);
        try (var lifecycle = new Lifecycle(Duration.ZERO)) {
            return Tasks.of(features.apply(settings, lifecycle));
        }
    }

    private void usage(Map<String, String> environment, PrintStream out) {
        out.println("usage: java -jar app.jar [process type]   (web when none is given)");
        types.forEach((type, entry) -> line(out, type, entry.meaning()));
        for (var task : exampleTasks(environment).all()) {
            line(out, ("task %s %s".formatted(task.name(), task.arguments())).strip(), task.meaning());
        }
        line(out, "settings", "lists every setting; secrets masked");
        line(out, "help", "prints this");
    }

    private static void line(PrintStream out, String usage, String meaning) {
        out.printf("  %-52s %s%n", usage, meaning);
    }
}
