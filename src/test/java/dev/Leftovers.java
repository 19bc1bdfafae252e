package dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/**
 * A file with the processes that scripts/server or the tests started, by id and start time. A later run reads it to end
 * the processes that a killed run left behind. The start time tells them from a newer process that got the same id.
 */
final class Leftovers {
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

    /** Deletes the file, once all processes have ended normally. */
    void forget() throws IOException {
        Files.deleteIfExists(file);
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
