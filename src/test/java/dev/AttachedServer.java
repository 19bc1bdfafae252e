package dev;

import academy.videos.LocalFfmpeg;
import dev.Machine.Leftovers;
import dev.Processes.Procfile;
import dozen.domain.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import sun.misc.Signal;

/**
 * The program behind scripts/server --attached: it runs Procfile's process types on the backing services that the
 * environment names, and restarts them on a change. docker-compose.dev.yml runs it beside services in containers.
 */
public final class AttachedServer {
    private static final Path FOLDER = Path.of(".dev");

    private AttachedServer() {}

    public static void main(String[] arguments) throws Exception {
        try {
            if (arguments.length > 0) throw Exit.usage("--attached takes nothing else");
            run();
        } catch (Exit e) {
            System.err.println("scripts/server: " + e.getMessage());
            System.exit(e.code());
        }
        System.exit(0);
    }

    private static void run() throws Exception {
        var stop = new CountDownLatch(1);
        for (var name : new String[] {"INT", "TERM"}) Signal.handle(new Signal(name), _ -> stop.countDown());
        Files.createDirectories(FOLDER);
        var settings = new HashMap<>(System.getenv());
        // for videos
        settings.putIfAbsent("FFMPEG", LocalFfmpeg.program());
        // end
        var ended = new AtomicReference<String>();
        var leftovers = new Leftovers(FOLDER.resolve("processes"));
        var processes = new Processes(System.getProperty("java.home"), settings, leftovers, type -> {
            ended.set(type);
            stop.countDown();
        });
        var procfile = Procfile.read(Path.of("Procfile"));
        if (processes.run("release", procfile.release()) != 0) throw Exit.failure("the release failed");
        try {
            processes.startAll(procfile.processTypes());
            new Reload(FOLDER, processes, procfile, stop).watch();
        } finally {
            processes.stopAll();
        }
        if (ended.get() != null) throw Exit.failure(ended + " ended by itself; all stopped");
    }
}
