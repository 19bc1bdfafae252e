package dev;

import dev.Machine.Leftovers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * PostgreSQL and Redis for scripts/test TEST…, which stay from one run to the next. A process of its own owns them: it
 * deletes the databases of runs that have ended, and stops itself and them when no run has come for ten minutes. What it
 * leaves when it is killed, the next owner ends.
 */
record KeptServices(LocalPostgres postgres, LocalRedis redis) {
    private static final Path FOLDER = Path.of(".dev/tests");
    /** Written when the services are up: the ports of both, and the process ids of Redis and of the owner. */
    private static final Path UP = FOLDER.resolve("up");

    private static final Duration IDLE = Duration.ofMinutes(10);
    /** Whoever holds this lock uses the services. A run holds it until its JVM ends, so one run comes after another. */
    private static final FileChannel USE = open("use");
    /** The owner holds this lock until its JVM ends. */
    private static final FileChannel OWNER = open("owner");

    private static FileChannel open(String name) {
        try {
            Files.createDirectories(FOLDER);
            return FileChannel.open(FOLDER.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for another run in this folder to end; starts the services unless they are up; empties Redis. */
    static KeptServices use() throws IOException, InterruptedException {
        USE.lock();
        if (!isOwned()) startOwner();
        var up = Files.readString(UP).split(" ");
        var redis = LocalRedis.running(Integer.parseInt(up[1]), Long.parseLong(up[2]));
        redis.flush();
        return new KeptServices(new LocalPostgres(null, postgresData(), Integer.parseInt(up[0])), redis);
    }

    private static Path postgresData() {
        return FOLDER.resolve("data/postgres");
    }

    private static boolean isOwned() throws IOException {
        var lock = OWNER.tryLock();
        if (lock != null) lock.release();
        return lock == null;
    }

    private static void startOwner() throws IOException, InterruptedException {
        Files.deleteIfExists(UP);
        var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        var log = FOLDER.resolve("log").toFile();
        var owner = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m", // unpacking PostgreSQL, once, takes more than 64
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KeptServices.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        for (var i = 0; !Files.exists(UP); i++) {
            if (!owner.isAlive() || i == 3000)
                throw new IOException("the services do not start: " + Files.readString(log.toPath()));
            Thread.sleep(20);
        }
    }

    /** The owner. */
    public static void main(String[] arguments) throws Exception {
        Machine.log("warn");
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN); // Ctrl-C ends the run, not what it leaves running
        if (OWNER.tryLock() == null) return;
        var leftovers = new Leftovers(FOLDER.resolve("processes"));
        leftovers.end();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(leftovers)));
        Machine.delete(FOLDER.resolve("data"));
        var postgres = LocalPostgres.start(Path.of(".dev/binaries"), postgresData(), 0);
        leftovers.remember(postgres.process());
        var redis = LocalRedis.start(FOLDER.resolve("data"), 0);
        leftovers.remember(redis.process());
        var up = "%d %d %d %d"
                .formatted(
                        postgres.port(),
                        redis.port(),
                        redis.process().pid(),
                        ProcessHandle.current().pid());
        Files.move(Files.writeString(UP.resolveSibling("up.next"), up), UP, StandardCopyOption.ATOMIC_MOVE);
        awaitIdleness(postgres);
    }

    /** Returns with the lock in hand: a run that begins now waits for the end of this JVM, and starts another owner. */
    private static void awaitIdleness(LocalPostgres postgres) throws IOException, InterruptedException, SQLException {
        for (var idle = 0; ; idle++) {
            Thread.sleep(1000);
            FileLock lock = USE.tryLock();
            if (lock == null) {
                idle = 0;
                continue;
            }
            if (idle >= IDLE.toSeconds()) return;
            postgres.dropDatabases("test_%");
            lock.release();
        }
    }

    private static void stop(Leftovers leftovers) {
        try {
            Files.deleteIfExists(UP);
            leftovers.end();
        } catch (IOException e) {
            System.err.println("not stopped: " + e);
        }
    }
}
