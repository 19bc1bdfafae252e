package dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

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
        var started = process.info().startInstant().map(Instant::toString).orElse("");
        Files.writeString(
                file,
                process.pid() + " " + started + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
    }

    /** For when all have ended in order. */
    void forget() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Ends what still runs, and forgets all. */
    void end() throws IOException {
        if (!Files.exists(file)) return;
        for (var line : Files.readAllLines(file)) {
            var parts = line.split(" ");
            ProcessHandle.of(Long.parseLong(parts[0]))
                    .filter(process -> parts.length > 1
                            && process.info()
                                    .startInstant()
                                    .map(Instant::toString)
                                    .orElse("")
                                    .equals(parts[1]))
                    .ifPresent(Processes::end);
        }
        Files.delete(file);
    }
}
