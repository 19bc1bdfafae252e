package academy.videos;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job's own folder of temporary files. It holds a file that is locked as long as its process lives. The system
 * releases the lock however the process ends, so a folder whose lock is free was left behind and can be deleted.
 */
record WorkFolder(Path path, FileChannel lock) implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkFolder.class);
    private static final String PREFIX = "academy-video-";
    private static final String LOCK = "lock";

    static WorkFolder create() throws IOException {
        var path = Files.createTempDirectory(PREFIX);
        var lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        lock.lock();
        return new WorkFolder(path, lock);
    }

    /** Deletes the folders that killed processes left behind. */
    static void sweep() {
        var folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (var all = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (var each : all) sweep(each);
        } catch (IOException e) {
            log.warn("{} can't be listed: {}", folder, e.getMessage());
        }
    }

    private static void sweep(Path folder) {
        try {
            if (isAbandoned(folder)) delete(folder);
        } catch (IOException e) {
            log.warn("{} is left: {}", folder, e.getMessage()); // for example, it is another user's
        }
    }

    private static boolean isAbandoned(Path folder) throws IOException {
        var file = folder.resolve(LOCK);
        if (!Files.exists(file)) return false; // it is being made just now
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process holds the lock
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var each : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(each);
        }
    }

    @Override
    public void close() throws IOException {
        delete(path);
        lock.close();
    }
}
