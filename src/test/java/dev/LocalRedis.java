package dev;

import dozen.services.Redis;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis on loopback: the redis-server or valkey-server on the PATH when it is newer than 6.2, otherwise the 6.2 of
 * the Maven artifact. The system property {@code redis=embedded} always picks the latter.
 */
public final class LocalRedis implements AutoCloseable {
    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)");

    private final ProcessHandle process;
    private final int port;
    private final String program;
    private String login = "";

    private LocalRedis(ProcessHandle process, int port, String program) {
        this.process = process;
        this.port = port;
        this.program = program;
    }

    /**
     * @param data the folder where the program is unpacked and the data is kept between runs
     * @param port the port, or 0 for a free one
     * @param options more options of redis-server, such as --tls-port
     */
    static LocalRedis start(Path data, int port, String... options) throws IOException, InterruptedException {
        var program = program(data);
        var folder = Files.createDirectories(
                data.resolve("redis-" + version(program)).toAbsolutePath());
        var chosen = port == 0 ? Machine.freePort() : port;
        var pidFile = folder.resolve(chosen + ".pid");
        Files.deleteIfExists(pidFile);
        // A daemon leaves the terminal's process group, so Ctrl-C does not end Redis before web has drained.
        var command = new ArrayList<>(List.of(program, "--port", "" + chosen, "--bind", "127.0.0.1"));
        command.addAll(List.of("--daemonize", "yes", "--pidfile", pidFile.toString(), "--dir", folder.toString()));
        command.addAll(List.of("--logfile", folder.resolve("redis.log").toString(), "--save", "60", "1"));
        command.addAll(List.of(options));
        var launcher = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (launcher.waitFor() != 0)
            throw new IOException("redis-server does not run here (the embedded one needs glibc"
                    + " 2.34 and OpenSSL 3; install redis-server otherwise): " + output.strip());
        return new LocalRedis(await(pidFile, chosen), chosen, program);
    }

    private static String program(Path data) throws IOException, InterruptedException {
        for (var name : List.of("redis-server", "valkey-server")) {
            var onPath = onPath(name);
            if (onPath != null && !"embedded".equals(System.getProperty("redis")) && isNewer(version(onPath)))
                return onPath;
        }
        var folder = Files.createDirectories(data.resolve("embedded-redis")).toFile();
        return ExecutableProvider.newJarResourceProvider(folder).get().getAbsolutePath();
    }

    private static String onPath(String name) {
        for (var folder : System.getenv("PATH").split(File.pathSeparator)) {
            var file = new File(folder, name);
            if (file.canExecute()) return file.getAbsolutePath();
        }
        return null;
    }

    private static boolean isNewer(String version) {
        var parts = version.split("\\.");
        var major = Integer.parseInt(parts[0]);
        return major > 6 || major == 6 && Integer.parseInt(parts[1]) > 2;
    }

    private static String version(String program) throws IOException {
        var process = new ProcessBuilder(program, "--version")
                .redirectErrorStream(true)
                .start();
        var matcher = VERSION.matcher(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        return matcher.find() ? matcher.group(1) + "." + matcher.group(2) : "0.0";
    }

    private static ProcessHandle await(Path pidFile, int port) throws IOException, InterruptedException {
        for (var i = 0; i < 500; i++) {
            if (Files.exists(pidFile) && answers(port)) {
                var pid = Long.parseLong(Files.readString(pidFile).strip());
                return ProcessHandle.of(pid).orElseThrow(() -> new IOException("redis-server ended at once"));
            }
            Thread.sleep(20);
        }
        throw new IOException("redis-server did not answer within 10 s");
    }

    /** A server that another process has started. */
    static LocalRedis running(int port, long process) {
        return new LocalRedis(ProcessHandle.of(process).orElseThrow(), port, "redis-server");
    }

    /** Deletes all keys. */
    void flush() throws IOException {
        if (!answers(port, "FLUSHALL")) throw new IOException("Redis does not answer on port " + port);
    }

    private static boolean answers(int port) {
        return answers(port, "PING");
    }

    private static boolean answers(int port, String command) {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(1000);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Names the program and its version, and tells how to get a newer one. */
    String about() throws IOException {
        var about = "Redis %s (%s)".formatted(version(program), program);
        if (isNewer(version(program))) return about;
        return about + ": for the version of production, put redis-server or valkey-server 7 or newer on the PATH";
    }

    public int port() {
        return port;
    }

    public ProcessHandle process() {
        return process;
    }

    public String url() {
        return "redis://%s127.0.0.1:%d".formatted(login, port);
    }

    /** A connected client. */
    public Redis connect() {
        return new Redis(new Redis.Settings(Redis.Url.parse(url()), true, 5)).connect();
    }

    // for dozen
    /** Makes a user that may run these commands alone, written as ACL rules; {@link #url} then has its login. */
    void restrict(String commands) throws IOException {
        if (!answers(port, "ACL SETUSER app on >password ~* &* -@all " + commands)) throw new IOException("no answer");
        login = "app:password@";
    }
    // end

    @Override
    public void close() {
        process.destroy();
        try {
            // Wait for the port, not for the process: an ended daemon keeps its id until its new parent reaps it.
            for (var i = 0; i < 250 && answers(port); i++) Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (answers(port)) process.destroyForcibly();
    }
}
