package factors;

import dev.TestServices;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The built jar as a process of its own, seen only from outside: settings go in, output and exit code come out. */
public final class App implements AutoCloseable {
    public static final Path JAR = Path.of("target/app.jar").toAbsolutePath();
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin/java").toString();
    /** Whether to make a class-data archive. With -Darchive=false there is none: a few processes are not worth it. */
    private static final boolean ARCHIVE = !"false".equals(System.getProperty("archive"));

    private static final Pattern LISTENING = Pattern.compile("listening on port (\\d+)");

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    private App(Process process) {
        this.process = process;
        readers.add(Thread.ofVirtual().start(() -> read(process.getInputStream(), out)));
        readers.add(Thread.ofVirtual().start(() -> read(process.getErrorStream(), err)));
    }

    /** Makes the class-data archive that the first start would make, for a test that measures time. */
    public static void prepare() {
        if (ARCHIVE) Archive.FILE.toFile();
    }

    /** Starts a process type with these settings as its whole environment. */
    public static App start(Map<String, String> settings, String... arguments) throws IOException {
        return start(settings, List.of("-jar", JAR.toString()), arguments);
    }

    /** @param java the JVM options, including -jar or -cp, before the arguments of the application */
    public static App start(Map<String, String> settings, List<String> java, String... arguments) throws IOException {
        return start(null, settings, quick(java), java, arguments);
    }

    private static List<String> quick(List<String> java) {
        var command = new ArrayList<>(List.of(JAVA, "-XX:TieredStopAtLevel=1", "-Xlog:disable"));
        if (java.contains("-jar") && ARCHIVE) command.add("-XX:SharedArchiveFile=" + Archive.FILE);
        return command;
    }

    /** Starts a process in another working folder. */
    public static App startIn(Path folder, Map<String, String> settings, String... arguments) throws IOException {
        return startIn(folder, settings, List.of("-jar", JAR.toString()), arguments);
    }

    public static App startIn(Path folder, Map<String, String> settings, List<String> java, String... arguments)
            throws IOException {
        return start(folder, settings, quick(java), java, arguments);
    }

    /** Starts a process without the JVM options that make other tests faster. */
    public static App startPlain(Map<String, String> settings, List<String> java, String... arguments)
            throws IOException {
        return start(null, settings, new ArrayList<>(List.of(JAVA)), java, arguments);
    }

    /** The same in another working folder. */
    public static App startPlainIn(Path folder, Map<String, String> settings, List<String> java, String... arguments)
            throws IOException {
        return start(folder, settings, new ArrayList<>(List.of(JAVA)), java, arguments);
    }

    private static App start(
            Path folder, Map<String, String> settings, List<String> command, List<String> java, String... arguments)
            throws IOException {
        command.addAll(java);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        if (folder != null) builder.directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(settings);
        return new App(builder.start());
    }

    /** A class-data archive of the jar. With it a hundred processes start in a third of the time. */
    private static final class Archive {
        private static final Path FILE = make();

        private static Path make() {
            try {
                var file = Files.createTempDirectory("archive").resolve("app.jsa");
                var services = TestServices.shared();
                var builder = new ProcessBuilder(
                        JAVA, "-Xlog:disable", "-XX:ArchiveClassesAtExit=" + file, "-jar", JAR.toString(), "web");
                builder.environment().putAll(services.settings(services.newDatabase()));
                try (var web = new App(builder.start());
                        var client = HttpClient.newHttpClient()) {
                    web.get(client, "/health/ready");
                    web.terminate();
                    web.exitCode();
                }
                file.getParent().toFile().deleteOnExit(); // the last to be named is the first to go
                file.toFile().deleteOnExit();
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void read(InputStream stream, List<String> lines) {
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) lines.add(line);
        } catch (IOException e) {
            lines.add("unreadable: " + e);
        }
    }

    /** Writes to its standard input and closes it. */
    public App input(String text) throws IOException {
        try (var stdin = process.getOutputStream()) {
            stdin.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** Waits up to a minute for a line of its output that has this text. */
    public void awaitLine(String text) throws InterruptedException {
        for (var i = 0; out.stream().noneMatch(line -> line.contains(text)); i++) {
            if (i == 1200 || !process.isAlive()) throw new AssertionError("no line has \"" + text + "\": " + out + err);
            Thread.sleep(50);
        }
    }

    /** Waits for the web process to listen; returns its port. */
    public int port() throws InterruptedException {
        for (var i = 0; i < 6000 && process.isAlive(); i++) {
            for (var line : out) {
                var matcher = LISTENING.matcher(line);
                if (matcher.find()) return Integer.parseInt(matcher.group(1));
            }
            Thread.sleep(10);
        }
        throw new AssertionError("it does not listen: " + out + err);
    }

    public HttpResponse<String> get(HttpClient client, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Waits for the end; returns the exit code. */
    public int exitCode() throws InterruptedException {
        return exitCode(Duration.ofSeconds(60));
    }

    public int exitCode(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + limit + ": " + out + err);
        }
        for (var reader : readers) reader.join(Duration.ofSeconds(5));
        return process.exitValue();
    }

    public void terminate() {
        process.toHandle().destroy(); // SIGTERM; Process.destroy would close its output as well
    }

    public void kill() {
        process.toHandle().destroyForcibly();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public List<String> out() {
        return List.copyOf(out);
    }

    public List<String> err() {
        return List.copyOf(err);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
