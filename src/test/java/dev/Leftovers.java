package dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The processes that scripts/server started, by id and start time, so that a later run can end what a killed one left
 * behind. An id that the system gave to another program since has another start time.
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
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
    }

    /** For when all have ended in order. */
    void forget() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Ends what still runs, and forgets all. */
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
