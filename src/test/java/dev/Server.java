package dev;

import academy.videos.LocalFfmpeg;
import dev.Machine.Leftovers;
import dev.Processes.DotenvFile;
import dev.Processes.Procfile;
import dozen.domain.Exit;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sun.misc.Signal;

/**
 * The program behind scripts/server: it starts the backing services, runs Procfile's process types on them, and
 * restarts those on a change.
 */
public final class Server {
    private static final Path FOLDER = Path.of(".dev");

    /** @param port null when it is not given */
    private record Options(Integer port, boolean fresh, boolean servicesOnly, boolean attached) {
        private static final int DEFAULT_PORT = 8000;

        static Options parse(String... arguments) {
            Integer port = null;
            var fresh = false;
            var servicesOnly = false;
            var attached = false;
            for (var i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--fresh" -> fresh = true;
                    case "--services" -> servicesOnly = true;
                    case "--attached" -> attached = true;
                    case "--port" -> port = port(++i < arguments.length ? arguments[i] : "");
                    default -> throw Exit.usage("unknown: " + arguments[i] + "; see scripts/server --help");
                }
            }
            if (attached && arguments.length > 1) throw Exit.usage("--attached takes no other option");
            return new Options(port, fresh, servicesOnly, attached);
        }

        int port(Map<String, String> dotenv) {
            if (port != null) return port;
            return dotenv.containsKey("PORT") ? port(dotenv.get("PORT")) : DEFAULT_PORT;
        }

        private static int port(String text) {
            try {
                var port = Integer.parseInt(text);
                if (port >= 1 && port <= 65535) return port;
            } catch (NumberFormatException e) {
                // refused below
            }
            throw Exit.usage("the port must be from 1 to 65535");
        }
    }

    private final Options options;
    private final Leftovers leftovers = new Leftovers(FOLDER.resolve("processes"));
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile String failure;

    private Server(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) {
        Machine.log("warn");
        TimeZone.setDefault(TimeZone.getTimeZone(ZoneOffset.UTC)); // PostgreSQL may not know this machine's zone
        try {
            new Server(Options.parse(arguments)).run();
        } catch (Exit e) {
            System.err.println("scripts/server: " + e.getMessage());
            System.exit(e.code());
        } catch (Exception e) {
            System.err.println("scripts/server: " + e);
            System.exit(1);
        }
        System.exit(0);
    }

    private void run() throws Exception {
        Files.createDirectories(FOLDER);
        try (var lock = new RandomAccessFile(FOLDER.resolve("lock").toFile(), "rw")) {
            if (lock.getChannel().tryLock() == null) throw Exit.failure("it runs already in this folder");
            for (var name : new String[] {"INT", "TERM", "HUP"}) Signal.handle(new Signal(name), _ -> stop.countDown());
            leftovers.end();
            try {
                if (options.attached()) serveAttached();
                else serveWithServices();
            } finally {
                leftovers.end();
            }
        }
        if (failure != null) throw Exit.failure(failure + "; all stopped");
    }

    private void serveWithServices() throws Exception {
        if (options.fresh()) Machine.delete(FOLDER.resolve("data"));
        var dotenv = DotenvFile.read(Path.of(".env"));
        var port = options.port(dotenv);
        if (!options.servicesOnly()) requireFree(port);
        try (var services = new Services(FOLDER, leftovers)) {
            Thread.ofVirtual().start(() -> watch(services));
            serve(services, dotenv, port);
        } finally {
            stop.countDown();
            Files.deleteIfExists(FOLDER.resolve("env"));
        }
    }

    /** Runs the process types on the services that the environment names. */
    private void serveAttached() throws Exception {
        var settings = new LinkedHashMap<>(System.getenv());
        settings.putIfAbsent("PORT", String.valueOf(Options.DEFAULT_PORT));
        // for videos
        settings.putIfAbsent("FFMPEG", LocalFfmpeg.program());
        // end
        var procfile = Procfile.read(Path.of("Procfile"));
        try (var processes = new Processes(
                System.getProperty("java.home"), settings, leftovers, type -> fail(type + " ended by itself"))) {
            if (processes.run("release", procfile.release()) != 0) throw Exit.failure("the release failed");
            processes.startAll(procfile.processTypes());
            new Reload(FOLDER, processes, procfile, stop).watch();
        }
    }

    private void watch(Services services) {
        try {
            while (!stop.await(200, TimeUnit.MILLISECONDS)) {
                if (!services.alive()) fail("a backing service ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(String message) {
        if (stop.getCount() > 0) failure = message;
        stop.countDown();
    }

    private static void requireFree(int port) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
        } catch (BindException e) {
            throw Exit.failure("port " + port + " is in use; try scripts/server --port " + (port + 1));
        }
    }

    private void serve(Services services, Map<String, String> dotenv, int port) throws Exception {
        var settings = new LinkedHashMap<>(services.settings());
        settings.putAll(dotenv);
        settings.put("PORT", String.valueOf(port));
        var procfile = Procfile.read(Path.of("Procfile"));
        Consumer<String> onDeath = type -> {
            // When a service dies, a process may die because of it and be noticed first.
            fail(services.alive() ? type + " ended by itself" : "a backing service ended");
        };
        try (var processes = new Processes(System.getProperty("java.home"), settings, leftovers, onDeath)) {
            if (processes.run("release", procfile.release()) != 0) throw Exit.failure("the release failed");
            // The password of the sample data is public, so it never goes into a database that .env names.
            if (!dotenv.containsKey("DATABASE_URL")) services.loadSampleData(processes, procfile);
            writeEnv(settings);
            if (options.servicesOnly()) {
                System.out.println("The backing services are up; their settings are in .dev/env. For example:");
                System.out.println("  set -a; . .dev/env; java -jar target/app.jar web");
                System.out.println("Mails: " + services.mailPage());
                stop.await();
                return;
            }
            processes.startAll(procfile.processTypes());
            if (awaitReady(port)) {
                processes.awaitSilence(); // so that the summary stays the last thing to be seen
                services.printSummary(port);
            }
            new Reload(FOLDER, processes, procfile, stop).watch();
        }
    }

    /** Writes .dev/env, the settings for a process that is started by hand, as a shell reads them. */
    private static void writeEnv(Map<String, String> settings) throws IOException {
        var lines = settings.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + quoted(entry.getValue()))
                .toList();
        Files.write(FOLDER.resolve("env"), lines);
    }

    private static String quoted(String value) {
        return value.matches("[\\w%+,./:=@-]*") ? value : "'" + value.replace("'", "'\\''") + "'";
    }

    private boolean awaitReady(int port) throws InterruptedException {
        var ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            for (var i = 0; i < 600 && stop.getCount() > 0; i++) {
                try {
                    if (client.send(ready, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200) return true;
                } catch (IOException e) {
                    // web does not listen yet
                }
                Thread.sleep(50);
            }
        }
        return false;
    }
}
