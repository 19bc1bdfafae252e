package dozen.app;

import dozen.config.Env;
import dozen.domain.DomainError;
import dozen.domain.Exit;
import dozen.logging.Logging;
import dozen.services.TransientFailures;
import java.io.PrintStream;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * Runs one of the process types of a jar. It picks the type that the first argument names, reads the settings, starts
 * the log, runs the type, and turns the result into an exit code.
 *
 * @param <S> the application's settings
 */
public final class Application<S> {
    /** Runs a process type or a task, with the settings, the lifecycle for what it opens, and the arguments. */
    @FunctionalInterface
    public interface Body<S> {
        void run(Run<S> run) throws Exception;
    }

    public record Run<S>(S settings, Lifecycle lifecycle, List<String> arguments) {}

    private enum Kind {
        /** Runs until it is told to stop. */
        STAYS,
        /** Ends by itself. */
        ONCE,
        /** For a person at a terminal. */
        QUIET
    }

    private record Entry<S>(String usage, String meaning, Kind kind, Body<S> body) {
        boolean quiet() {
            return kind == Kind.QUIET;
        }
    }

    private static final String TASK = "task";

    private final String name;
    private final Class<?> main;
    private final Function<Env, ProcessSettings> process;
    private final BiFunction<Env, ProcessSettings, S> read;
    private final Map<String, Entry<S>> types = new LinkedHashMap<>();
    private final Map<String, Entry<S>> tasks = new LinkedHashMap<>();

    /**
     * @param name the prefix of the application's messages on stderr
     * @param main the main class; its package and those below it log at LOG_LEVEL
     * @param process reads the settings that every process has; the log starts after it and before the others are read,
     *     because a library that reads a setting may log
     * @param read reads the other settings; the faults of all settings are reported together
     */
    public Application(
            String name,
            Class<?> main,
            Function<Env, ProcessSettings> process,
            BiFunction<Env, ProcessSettings, S> read) {
        this.name = name;
        this.main = main;
        this.process = process;
        this.read = read;
    }

    /**
     * A process type that runs until it is told to stop.
     *
     * @param start starts the type and returns; what it registered with the lifecycle is closed at the stop
     */
    public Application<S> processType(String type, String meaning, Body<S> start) {
        types.put(type, new Entry<>(type, meaning, Kind.STAYS, start));
        return this;
    }

    /** A process type that does its work and ends. */
    public Application<S> once(String type, String meaning, Body<S> body) {
        types.put(type, new Entry<>(type, meaning, Kind.ONCE, body));
        return this;
    }

    /** A process type for a person at a terminal. Its libraries log only warnings and errors. */
    public Application<S> interactive(String type, String meaning, Body<S> body) {
        types.put(type, new Entry<>(type, meaning, Kind.QUIET, body));
        return this;
    }

    /** @param arguments the task's arguments, as the usage text shows them */
    public Application<S> task(String task, String arguments, String meaning, Body<S> body) {
        tasks.put(task, new Entry<>((TASK + " " + task + " " + arguments).strip(), meaning, Kind.QUIET, body));
        return this;
    }

    /** The names of the tasks, in order. */
    public List<String> tasks() {
        return List.copyOf(tasks.keySet());
    }

    /** @return the exit code: 0 success, 1 failure, 64 wrong usage, 69 a resource is away, 78 wrong settings */
    public int run(Map<String, String> environment, String... arguments) {
        // The driver sends PostgreSQL the machine's time zone, whose name PostgreSQL may not know. Logs use UTC, too.
        TimeZone.setDefault(TimeZone.getTimeZone(ZoneOffset.UTC));
        try {
            dispatch(environment, arguments.length == 0 ? List.of("web") : Arrays.asList(arguments));
            return 0;
        } catch (Exit e) {
            complain(e.getMessage());
            return e.code();
        } catch (DomainError e) {
            complain(line(e));
            return e.kind() == DomainError.Kind.UNAVAILABLE ? Exit.UNAVAILABLE : Exit.FAILURE;
        } catch (Env.Faults e) {
            e.lines().forEach(this::complain);
            return Exit.CONFIG;
        } catch (Exception e) {
            if (TransientFailures.is(e)) {
                complain(lastMessage(e));
                return Exit.UNAVAILABLE;
            }
            LoggerFactory.getLogger(Application.class).error("{} failed", String.join(" ", arguments), e);
            complain("failed: " + lastMessage(e));
            return Exit.FAILURE;
        }
    }

    private static String line(DomainError error) {
        if (error.fields().isEmpty()) return error.getMessage();
        return error.fields().stream()
                .map(each -> each.field() + " " + each.message())
                .collect(Collectors.joining("; "));
    }

    private void complain(String line) {
        System.err.println(name + ": " + line);
    }

    private static String lastMessage(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) cause = cause.getCause();
        var message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.lines().findFirst().orElse("");
    }

    private void dispatch(Map<String, String> environment, List<String> arguments) throws Exception {
        var type = arguments.getFirst();
        var rest = arguments.subList(1, arguments.size());
        switch (type) {
            case "help", "--help", "-h" -> usage(System.out);
            case "settings" -> settings(new Env(environment));
            case TASK -> task(environment, rest);
            default -> start(entry(types, type), type, environment, rest);
        }
    }

    private void settings(Env env) {
        read.apply(env, startLog(env, "settings", true));
        SettingsList.print(env.settings(), System.out);
        env.check(); // after the list, so that faults do not hide it
    }

    private ProcessSettings startLog(Env env, String type, boolean quiet) {
        var common = process.apply(env);
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
        if (arguments.isEmpty()) throw unknown("which task?");
        var task = arguments.getFirst();
        start(entry(tasks, task), TASK, environment, arguments.subList(1, arguments.size()));
    }

    private Entry<S> entry(Map<String, Entry<S>> entries, String wanted) {
        var entry = entries.get(wanted);
        if (entry == null) throw unknown("unknown: " + wanted);
        return entry;
    }

    private Exit unknown(String message) {
        usage(System.err);
        return Exit.usage(message);
    }

    private void start(Entry<S> entry, String type, Map<String, String> environment, List<String> arguments)
            throws Exception {
        var env = new Env(environment);
        var common = startLog(env, type, entry.quiet());
        var settings = read.apply(env, common);
        env.check();
        try (var lifecycle = new Lifecycle(common.shutdownGrace())) {
            if (entry.kind() == Kind.STAYS) lifecycle.closeOnShutdown();
            entry.body().run(new Run<>(settings, lifecycle, arguments));
            if (entry.kind() == Kind.STAYS) lifecycle.awaitShutdown();
        }
    }

    private void usage(PrintStream out) {
        out.println("usage: java -jar app.jar [process type]   (web when none is given)");
        types.values().forEach(type -> line(out, type.usage(), type.meaning()));
        tasks.values().forEach(task -> line(out, task.usage(), task.meaning()));
        line(out, "settings", "lists every setting; secrets masked");
        line(out, "help", "prints this");
    }

    private static void line(PrintStream out, String usage, String meaning) {
        out.printf("  %-52s %s%n", usage, meaning);
    }
}
