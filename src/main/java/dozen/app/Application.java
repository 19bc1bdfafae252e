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
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
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
    private record Type<S>(String meaning, boolean stays, Body<S> body) {}

    private final String name;
    private final BiFunction<Env, ProcessSettings, S> read;
    private final Map<String, String> example;
    private final BiFunction<S, Lifecycle, Feature.All> features;
    private final Map<String, Type<S>> types = new LinkedHashMap<>();
    private Function<S, String> settingsNote = _ -> "";

    /**
     * @param main the main class; its package's name begins the messages on stderr, and the package and those below it
     *     log at LOG_LEVEL
     * @param read reads the settings; the log starts before that, because a library that reads a setting may log; the
     *     faults of all settings are reported together
     * @param example a value for each required setting, with which the features are made to list their tasks
     * @param features makes the features for tasks and for the console; other commands do not call it
     */
    public Application(
            Class<?> main,
            BiFunction<Env, ProcessSettings, S> read,
            Map<String, String> example,
            BiFunction<S, Lifecycle, Feature.All> features) {
        name = main.getPackageName();
        this.read = read;
        this.example = example;
        this.features = features;
    }

    /**
     * A process type that runs until it is told to stop.
     *
     * @param start starts the type and returns; what it registered with the lifecycle is closed at the stop
     */
    public Application<S> process(String type, String meaning, Body<S> start) {
        types.put(type, new Type<>(meaning, true, start));
        return this;
    }

    /** A process type that does its work and ends. */
    public Application<S> once(String type, String meaning, Body<S> body) {
        types.put(type, new Type<>(meaning, false, body));
        return this;
    }

    /** The settings command prints this note below its list: what follows from several settings. */
    public Application<S> settingsNote(Function<S, String> note) {
        settingsNote = note;
        return this;
    }

    /** @return the exit code: 0 success, 1 failure, 64 wrong usage, 69 a resource is away, 78 wrong settings */
    public int run(Map<String, String> environment, String... arguments) {
        // The driver sends PostgreSQL the machine's time zone, whose name PostgreSQL may not know. Logs use UTC, too.
        TimeZone.setDefault(TimeZone.getTimeZone(ZoneOffset.UTC));
        Locale.setDefault(Locale.ROOT); // numbers in SQL and keys have the digits 0 to 9, whatever the machine speaks
        // Jetty lists all locales, and reading the data of every language takes a seventh of a start. So dates and
        // numbers are formatted as in English, unless deploy/jvm.options has -Djava.locale.providers=CLDR.
        System.getProperties().putIfAbsent("java.locale.providers", "SPI");
        try {
            var type = arguments.length == 0 ? "web" : arguments[0];
            var env = new Env(environment);
            var process = ProcessSettings.read(env);
            var quiet = !types.containsKey(type); // a person reads the output of all other commands
            var release = process.release().version();
            Logging.start(process.logFormat(), process.logLevel(), quiet, type, release, name);
            dispatch(type, Arrays.stream(arguments).skip(1).toList(), env, process);
            return 0;
        } catch (Exit e) {
            return failed(e.code(), e.getMessage());
        } catch (DomainError e) {
            var faults = e.fields.stream().map(each -> each.field() + " " + each.message());
            var message = e.fields.isEmpty() ? e.getMessage() : faults.collect(Collectors.joining("; "));
            return failed(e.kind == DomainError.Kind.UNAVAILABLE ? Exit.UNAVAILABLE : Exit.FAILURE, message);
        } catch (Exception e) {
            var reason = ServiceUnavailable.reason(e);
            if (ServiceUnavailable.isCauseOf(e)) return failed(Exit.UNAVAILABLE, reason);
            LoggerFactory.getLogger(Application.class).error("{} failed", String.join(" ", arguments), e);
            return failed(Exit.FAILURE, "failed: " + reason);
        }
    }

    private int failed(int code, String message) {
        message.lines().forEach(line -> System.err.println(name + ": " + line));
        return code;
    }

    private void dispatch(String type, List<String> arguments, Env env, ProcessSettings process) throws Exception {
        switch (type) {
            case "help", "--help", "-h" -> usage(process, System.out);
            case "settings" -> settings(env, process);
            case "console" -> start(new Type<>("", false, this::console), env, process);
            case "task" -> task(arguments, env, process);
            default -> {
                if (!types.containsKey(type)) throw unknown("process type", type, process);
                start(types.get(type), env, process);
            }
        }
    }

    /** Lists every setting: its name, its value (of a secret, only whether it is set), its default and its meaning. */
    private void settings(Env env, ProcessSettings process) {
        var settings = read.apply(env, process);
        var row = "%-26s %-34s %-28s %s%n";
        System.out.printf(row, "NAME", "VALUE", "DEFAULT", "MEANING");
        for (var each : env.settings()) {
            System.out.printf(row, each.name(), each.shownValue(), each.shownDefault(), each.meaning());
        }
        check(env); // after the list, so that faults do not hide it
        System.out.println(settingsNote.apply(settings));
    }

    private static void check(Env env) {
        if (!env.faults().isEmpty()) throw new Exit(Exit.CONFIG, String.join("\n", env.faults()));
    }

    private void task(List<String> arguments, Env env, ProcessSettings process) throws Exception {
        var task = arguments.isEmpty() ? "" : arguments.getFirst();
        if (!exampleTasks(process).containsKey(task)) throw unknown("task", task, process);
        Body<S> body = (settings, lifecycle) ->
                commands(settings, lifecycle).tasks().get(task).body().run(arguments.subList(1, arguments.size()));
        start(new Type<>("", false, body), env, process);
    }

    private void console(S settings, Lifecycle lifecycle) throws Exception {
        commands(settings, lifecycle).variable("settings", settings).console();
    }

    private Commands commands(S settings, Lifecycle lifecycle) {
        return new Commands(features.apply(settings, lifecycle));
    }

    private void start(Type<S> type, Env env, ProcessSettings process) throws Exception {
        var settings = read.apply(env, process);
        check(env);
        process.tls().ifPresent(SSLContext::setDefault); // for every library that opens a connection
        try (var lifecycle = new Lifecycle(process.shutdownGrace())) {
            if (type.stays()) lifecycle.closeOnShutdown();
            type.body().run(settings, lifecycle);
            if (type.stays()) lifecycle.awaitShutdown();
        }
    }

    private Exit unknown(String kind, String name, ProcessSettings process) {
        usage(process, System.err);
        return Exit.usage("there is no %s \"%s\"".formatted(kind, name));
    }

    /** Lists the tasks. The features are built with example settings, because the usage text needs no settings. */
    private Map<String, Commands.Task> exampleTasks(ProcessSettings process) {
        try (var lifecycle = new Lifecycle(Duration.ZERO)) {
            return commands(read.apply(new Env(example), process), lifecycle).tasks();
        }
    }

    private void usage(ProcessSettings process, PrintStream out) {
        out.println("usage: java -jar app.jar [process type]   (web when none is given)");
        types.forEach((name, type) -> line(out, name, type.meaning()));
        line(out, "console", "JShell with the resources in scope");
        exampleTasks(process).forEach((name, task) -> {
            line(out, "task %s %s".formatted(name, task.arguments()).strip(), task.meaning());
        });
        line(out, "settings", "lists every setting; secrets masked");
        line(out, "help", "prints this");
    }

    private static void line(PrintStream out, String usage, String meaning) {
        out.printf("  %-52s %s%n", usage, meaning);
    }
}
