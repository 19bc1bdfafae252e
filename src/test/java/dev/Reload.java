package dev;

import dozen.domain.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Watches src/main. When a file is saved, the sources are compiled, a changed migration is released, and the processes
 * are restarted.
 */
final class Reload {
    /** It polls, because the JDK's watch service takes seconds on macOS. A hundred files take under a millisecond. */
    private static final int POLL_MS = 50;

    private static final Path WATCHED = Path.of("src/main");
    private static final Path MIGRATIONS = WATCHED.resolve("resources/db/migration");

    private final Rebuild rebuild;
    private final Processes processes;
    private final Procfile procfile;
    private final CountDownLatch stop;

    Reload(Path folder, Processes processes, Procfile procfile, CountDownLatch stop) {
        this.rebuild = new Rebuild(folder);
        this.processes = processes;
        this.procfile = procfile;
        this.stop = stop;
    }

    /** Watches until the latch that stops everything opens. */
    void watch() throws IOException, InterruptedException {
        var seen = times();
        for (var i = 0; i < 3; i++) rebuild.warmUp();
        while (!stop.await(POLL_MS, TimeUnit.MILLISECONDS)) {
            var now = times();
            if (now.equals(seen)) continue;
            var migrate = !only(MIGRATIONS, now).equals(only(MIGRATIONS, seen));
            seen = now;
            restart(migrate);
        }
    }

    private void restart(boolean migrate) throws IOException, InterruptedException {
        var start = System.nanoTime();
        if (!rebuild.run()) {
            System.out.println("It does not compile; what runs is as before.");
            return;
        }
        processes.stopAll();
        if (migrate && processes.run("release", procfile.release()) != 0) throw Exit.failure("the release failed");
        processes.startAll(procfile.processTypes());
        System.out.printf("restarted, %d ms after the change%n", (System.nanoTime() - start) / 1_000_000);
    }

    private static Map<Path, FileTime> only(Path folder, Map<Path, FileTime> times) {
        var found = new HashMap<>(times);
        found.keySet().removeIf(file -> !file.startsWith(folder));
        return found;
    }

    private static Map<Path, FileTime> times() throws IOException {
        var times = new HashMap<Path, FileTime>();
        for (var file : Rebuild.files(WATCHED, "")) {
            try {
                times.put(file, Files.getLastModifiedTime(file));
            } catch (NoSuchFileException e) {
                // deleted while we looked
            }
        }
        return times;
    }
}
