package dev;

import academy.Main;
import dev.Machine.Leftovers;
import dozen.domain.Exit;
import io.github.cdimascio.dotenv.DotenvEntry;
import io.github.cdimascio.dotenv.DotenvException;
import io.github.cdimascio.dotenv.internal.DotenvParser;
import io.github.cdimascio.dotenv.internal.DotenvReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Runs Procfile's commands as a platform would: each in a process with an environment of its own. */
public final class Processes implements AutoCloseable {
    /** This file holds what the processes have written since scripts/server was started. */
    private static final Path LOG = Path.of(".dev/log");

    /** Web's own grace period is 25 s, so a process that takes longer than this hangs. */
    private static final int STOP_SECONDS = 30;

    /** JVM options for a quick start rather than fast code: processes start often here and work little. */
    private static final String QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    /** The JVM's note about {@link #QUICK_START}, and what libraries say below a warning. */
    private static final Pattern HIDDEN = Pattern.compile("NOTE: Picked up JDK_JAVA_OPTIONS.*|\\S+ INFO (?!dozen\\.|"
            + Pattern.quote(Main.class.getPackageName() + ".") + ")[\\w.$]+ - .*");

    private static final String[] COLOURS = {"36", "33", "35", "32", "34"};
    private static final String[] INHERITED = {"HOME", "LANG", "LC_ALL", "TMPDIR", "USER"};

    /** Process types and their commands, as a platform reads them. */
    public record Procfile(String release, Map<String, String> processTypes) {
        public static Procfile read(Path file) throws IOException {
            var commands = new LinkedHashMap<String, String>();
            for (var line : Files.readAllLines(file)) {
                var parts = line.split(":", 2);
                if (parts.length == 2 && !line.startsWith("#")) commands.put(parts[0].strip(), parts[1].strip());
            }
            var release = commands.remove("release");
            return new Procfile(release, commands);
        }
    }

    /**
     * A .env file, read by the rules that shells and compose share: NAME=value, quotes of either kind, an optional
     * "export", comments. The library reads each line; a line that it would misread is corrected first or refused. No
     * message repeats a value.
     */
    static final class DotenvFile {
        private static final Pattern HASH_IN_VALUE = Pattern.compile("[\\w.-]+\\s*=\\s*[^'\"\\s#][^#]*\\S#.*");

        private DotenvFile() {}

        /** The settings of the file, without those that have an empty value. Empty when there is no such file. */
        static Map<String, String> read(Path file) throws IOException {
            var settings = new LinkedHashMap<String, String>();
            if (!Files.exists(file)) return settings;
            try {
                var number = 0;
                for (var line : Files.readAllLines(file)) {
                    number++;
                    var plain = line.replaceFirst("^\uFEFF", "").strip().replaceFirst("^export\\s+", "");
                    for (var entry : entries(plain, "%s, line %d".formatted(file, number))) {
                        var value = entry.getValue().replaceFirst("^'(.*)'$", "$1");
                        if (!value.isEmpty()) settings.put(entry.getKey(), value);
                    }
                }
            } catch (MalformedInputException e) {
                throw new Exit(Exit.CONFIG, file + " is not UTF-8");
            }
            return settings;
        }

        private static List<DotenvEntry> entries(String line, String where) {
            if (HASH_IN_VALUE.matcher(line).matches()) throw refusal(where, "a value with a # needs quotes");
            var reader = new DotenvReader("", "") {
                @Override
                public List<String> read() {
                    return List.of(line);
                }
            };
            try {
                var entries = new DotenvParser(reader, true, true).parse();
                var isComment = line.isEmpty() || line.startsWith("#");
                if (entries.isEmpty() && !isComment) throw refusal(where, "a quote is not closed");
                return entries;
            } catch (DotenvException e) {
                throw refusal(where, "it takes NAME=value");
            }
        }

        private static Exit refusal(String where, String reason) {
            return new Exit(Exit.CONFIG, where + " can't be read: " + reason);
        }
    }

    private final String javaHome;
    private final Map<String, String> settings;
    private final Leftovers leftovers;
    private final Consumer<String> onDeath;
    private final PrintStream log = new PrintStream(LOG.toFile(), StandardCharsets.UTF_8);
    private final boolean terminal =
            System.console() != null && System.console().isTerminal();
    private final List<Process> running = new ArrayList<>();
    private boolean stopping;
    private volatile long lastLine = System.nanoTime();

    /** @param onDeath called with the name of a process type that ended by itself */
    Processes(String javaHome, Map<String, String> settings, Leftovers leftovers, Consumer<String> onDeath)
            throws IOException {
        this.javaHome = javaHome;
        this.settings = settings;
        this.leftovers = leftovers;
        this.onDeath = onDeath;
    }

    /** Runs a command to its end; returns its exit code. */
    int run(String name, String command) throws IOException, InterruptedException {
        return run(name, command, "");
    }

    int run(String name, String command, String input) throws IOException, InterruptedException {
        return start(name, command, 0, input).waitFor();
    }

    synchronized void startAll(Map<String, String> processTypes) throws IOException {
        stopping = false;
        var number = 0;
        for (var type : processTypes.entrySet()) {
            var process = start(type.getKey(), type.getValue(), number++, "");
            running.add(process);
            process.onExit().thenRun(() -> ended(type.getKey(), process));
            if (number == 1) awaitBound(process); // a waiting request is answered before the others start
        }
    }

    /** Waits until $PORT takes connections or the process ends, for about 5 s at most. */
    private void awaitBound(Process process) throws IOException {
        var address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(settings.getOrDefault("PORT", "0")));
        for (var i = 0; i < 100 && process.isAlive(); i++) {
            try (var socket = new Socket()) {
                socket.connect(address, 1000);
                return;
            } catch (ConnectException | SocketTimeoutException e) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    private synchronized void ended(String type, Process process) {
        if (!stopping && running.contains(process)) onDeath.accept(type);
    }

    private Process start(String name, String command, int number, String input) throws IOException {
        var builder = new ProcessBuilder("/bin/sh", "-c", "exec " + command).redirectErrorStream(true);
        var environment = builder.environment();
        environment.clear();
        for (var variable : INHERITED) {
            if (System.getenv(variable) != null) environment.put(variable, System.getenv(variable));
        }
        environment.put("PATH", javaHome + "/bin:" + System.getenv("PATH"));
        environment.put("JDK_JAVA_OPTIONS", QUICK_START);
        environment.putAll(settings);
        var process = builder.start();
        leftovers.remember(process.toHandle());
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        var reader = Thread.ofVirtual().start(() -> copy(process, name, number));
        process.onExit().thenRun(() -> join(reader));
        return process;
    }

    private void copy(Process process, String name, int number) {
        var prefix = "%-9s| ".formatted(name);
        var coloured = terminal ? "\u001b[" + COLOURS[number % COLOURS.length] + "m" + prefix + "\u001b[0m" : prefix;
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                lastLine = System.nanoTime();
                if (HIDDEN.matcher(line).matches()) continue;
                System.out.println(coloured + line);
                log.println(prefix + line);
            }
        } catch (IOException e) {
            System.out.println(prefix + "(output lost: " + e.getMessage() + ")");
        }
    }

    /** Waits until no process has said anything for half a second, 5 s at the most. */
    void awaitSilence() {
        for (var i = 0; i < 100 && System.nanoTime() - lastLine < 500_000_000; i++) LockSupport.parkNanos(50_000_000);
    }

    private static void join(Thread reader) {
        try {
            reader.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends SIGTERM to all processes, waits for them, and kills any that hangs. */
    synchronized void stopAll() throws InterruptedException {
        stopping = true;
        running.forEach(process -> process.toHandle().destroy()); // Process.destroy would close its output too
        for (var process : running) {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS))
                process.destroyForcibly().waitFor();
        }
        running.clear();
    }

    @Override
    public void close() throws InterruptedException {
        stopAll();
        log.close();
    }
}
