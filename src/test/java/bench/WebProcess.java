package bench;

import dev.Machine;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A web server in a process of its own. Its log goes to a file, where a platform would use a pipe. */
final class WebProcess implements AutoCloseable {
    private static final Path LOGS = Path.of("target/bench");
    /** The JVM options, the same for all servers that are compared. */
    private static final List<String> JVM = List.of("-Xmx256m", "-XX:+UseSerialGC");

    private final Process process;
    final int port;
    final double startMs;

    private WebProcess(Process process, int port, double startMs) {
        this.process = process;
        this.port = port;
        this.startMs = startMs;
    }

    /** Starts the server; returns at its first answer with 200 to this path. The time until then is the start time. */
    static WebProcess start(String name, Map<String, String> settings, String path, List<String> java)
            throws IOException, InterruptedException {
        var port = Machine.freePort();
        var all = new HashMap<>(settings);
        all.put("PORT", String.valueOf(port));
        var start = System.nanoTime();
        var process = process(name, all, command(java));
        await(port, path, process);
        return new WebProcess(process, port, (System.nanoTime() - start) / 1e6);
    }

    /** Runs the process type of this name to its end. */
    static void run(String type, Map<String, String> settings, List<String> java)
            throws IOException, InterruptedException {
        var command = command(java);
        command.add(type);
        if (process(type, settings, command).waitFor() != 0) throw new IOException(type + " failed; see " + LOGS);
    }

    private static List<String> command(List<String> java) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(JVM);
        command.addAll(java);
        return command;
    }

    /** Starts a command with these settings as its whole environment. */
    static Process process(String name, Map<String, String> settings, List<String> command) throws IOException {
        Files.createDirectories(LOGS);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(LOGS.resolve(name + ".log").toFile());
        builder.environment().clear();
        builder.environment().putAll(settings);
        return builder.start();
    }

    /** Waits for the first answer with 200 to this path. */
    static void await(int port, String path, Process process) throws IOException, InterruptedException {
        for (var i = 0; !answers(port, path); i++) {
            if (i > 10_000 || !process.isAlive()) throw new IOException("it does not start; see " + LOGS);
            Thread.sleep(3);
        }
    }

    private static boolean answers(int port, String path) {
        try {
            var connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(5000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The resident memory of the process now, in MiB. */
    int megabytes() throws IOException {
        return Machine.megabytes(process.pid());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) process.destroyForcibly();
    }
}
