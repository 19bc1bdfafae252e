package dev;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Gives the programs in here free ports and folders, and ends what a killed run left behind. */
public final class Machine {
    /** Ports below the range that systems use for outgoing connections, so that a free one stays free. */
    private static final int MIN_PORT = 15_000;

    private static final int MAX_PORT = 32_000;

    private Machine() {}

    /** A port that is free now. */
    public static int freePort() throws IOException {
        for (var i = 0; i < 100; i++) {
            var port = ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken: try another one
            }
        }
        throw new IOException("no free port from %d to %d".formatted(MIN_PORT, MAX_PORT));
    }

    /** Tells the launchers of the services, which write to this JVM's log, the least level to write. */
    public static void log(String level) {
        System.setProperty("slf4j.internal.verbosity", "WARN");
        System.setProperty("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
    }

    @FunctionalInterface
    public interface Question {
        boolean yes() throws Exception;
    }

    /** Asks every 50 ms until the answer is yes; fails after the given seconds. */
    public static void await(int seconds, String what, Question question) throws Exception {
        var deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (!question.yes()) {
            if (System.nanoTime() > deadline)
                throw new AssertionError("after %d s still not: %s".formatted(seconds, what));
            Thread.sleep(50);
        }
    }

    /** The files of a folder and of the folders in it, sorted; none when there is no such folder. */
    static List<Path> files(Path folder, String ending) throws IOException {
        return all(folder).stream()
                .filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
                .toList();
    }

    /** The resident memory of a process now, in MiB. */
    public static int megabytes(long pid) throws IOException {
        return status(pid, "VmRSS:") / 1024;
    }

    /** A number from what Linux tells of a process, such as "Threads:". */
    public static int status(long pid, String name) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            var line = lines.filter(each -> each.startsWith(name)).findFirst();
            return Integer.parseInt(line.orElseThrow().replaceAll("\\D", ""));
        }
    }

    /** Deletes a folder with all that it holds, if it exists. */
    public static void delete(Path folder) throws IOException {
        for (var path : all(folder).reversed()) Files.delete(path);
    }

    /** A folder and all that it holds, sorted, so that each folder comes before its files. */
    public static List<Path> all(Path folder) throws IOException {
        if (!Files.exists(folder)) return List.of();
        try (Stream<Path> found = Files.walk(folder)) {
            return found.sorted().toList();
        }
    }

    /**
     * A file with the processes that scripts/server or the tests started, by id and start time. A later run reads it to
     * end the processes that a killed run left behind. The start time tells them from a newer process that got the same
     * id.
     */
    static final class Leftovers {
        private final Path file;

        Leftovers(Path file) {
            this.file = file;
        }

        synchronized void remember(ProcessHandle process) throws IOException {
            Files.writeString(
                    file,
                    process.pid() + " " + started(process) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }

        /** Ends the processes that still run, by force after 5 s, and deletes the file. */
        synchronized void end() throws IOException {
            if (!Files.exists(file)) return;
            var running = Files.readAllLines(file).stream()
                    .map(Leftovers::find)
                    .flatMap(Optional::stream)
                    .toList();
            running.forEach(ProcessHandle::destroy);
            try {
                for (var i = 0; i < 250 && running.stream().anyMatch(ProcessHandle::isAlive); i++) Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            running.forEach(ProcessHandle::destroyForcibly);
            Files.delete(file);
        }

        private static Optional<ProcessHandle> find(String line) {
            var parts = line.split(" ", 2);
            return ProcessHandle.of(Long.parseLong(parts[0]))
                    .filter(process -> started(process).equals(parts[1]));
        }

        private static String started(ProcessHandle process) {
            return process.info().startInstant().map(Instant::toString).orElse("");
        }
    }
}
