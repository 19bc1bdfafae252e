package dev;

import dev.Machine.Leftovers;
import dozen.services.Migrations;
import dozen.services.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The backing services that all tests of one JVM share. Each test takes a database of its own. With the system property
 * {@code services=kept}, PostgreSQL and Redis stay for the next run.
 */
public final class TestServices {
    private static final Path FOLDER = Path.of("target/services");
    private static final FileChannel RUN = lockFile();
    private static final Leftovers LEFTOVERS = endLeftovers();
    private static final boolean KEPT = "kept".equals(System.getProperty("services"));
    /** The database that all others are copied from. Changed migrations make another one. */
    private static final String TEMPLATE = "migrated_" + Integer.toHexString(hash(Path.of("src/main/resources/db")));

    private static TestServices shared;
    // for dozen
    /** All that tests, and so the program, may ask of the shared Redis; docs/scale.md repeats it. */
    public static final String REDIS_COMMANDS = "+get +mget +set +setex +psetex +del +expire +eval +hset +hgetall"
            + " +hvals +hdel +hincrby +publish +subscribe +unsubscribe +ping +select +time +info";
    // end

    private final LocalPostgres postgres;
    private final LocalRedis redis;
    // for files
    private LocalS3 s3;
    // end
    // for dozen
    /** The connection pooler before PostgreSQL; null when tests connect directly. */
    private LocalPooler pooler;
    // end

    private final AtomicInteger databases = new AtomicInteger();

    private TestServices(LocalPostgres postgres, LocalRedis redis) {
        this.postgres = postgres;
        this.redis = redis;
    }

    /**
     * Ends and deletes what an earlier run left, because its data may be that of another PostgreSQL version. It runs
     * before anything else starts, so that it ends nothing of this run, and waits for another run in this folder.
     */
    private static Leftovers endLeftovers() {
        try {
            awaitTurn();
            var leftovers = new Leftovers(FOLDER.resolve("processes"));
            leftovers.end();
            Machine.delete(FOLDER);
            Files.createDirectories(FOLDER);
            return leftovers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until no other run in this folder has the lock, which this JVM keeps to its end. */
    private static void awaitTurn() throws IOException {
        for (var i = 0; RUN.tryLock() == null; i++) {
            if (i == 0) System.err.println("Waiting for another run in this folder …");
            if (i == 6000) throw new IOException("another run in this folder does not end");
            LockSupport.parkNanos(100_000_000);
        }
    }

    private static FileChannel lockFile() {
        try {
            Files.createDirectories(FOLDER.getParent());
            return FileChannel.open(
                    FOLDER.resolveSibling("services.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static synchronized TestServices shared() {
        if (shared == null) shared = start();
        return shared;
    }

    private static TestServices start() {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(TestServices::endAll));
            var kept = KEPT ? KeptServices.use() : null;
            var services = kept != null
                    ? new TestServices(kept.postgres(), kept.redis())
                    : new TestServices(startPostgres("shared/postgres", 0), startRedis("shared", 0));
            // for dozen
            services.redis.restrict(REDIS_COMMANDS);
            // end
            if (!services.postgres.hasDatabase(TEMPLATE)) services.makeTemplate();
            // for dozen
            if (LocalPooler.wanted()) services.startPooler();
            // end
            return services;
        } catch (IOException | SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void makeTemplate() throws SQLException {
        var url = newDatabase("template1");
        Migrations.run(Postgres.Url.parse(url));
        var name = url.substring(url.lastIndexOf('/') + 1);
        postgres.execute("postgres", "ALTER DATABASE %s RENAME TO %s".formatted(name, TEMPLATE));
    }

    private static int hash(Path folder) {
        try {
            var hash = 0;
            for (var file : Machine.files(folder, ".sql")) {
                hash = 31 * hash + (file + Files.readString(file)).hashCode();
            }
            return hash;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // for dozen
    private void startPooler() throws IOException, InterruptedException {
        pooler = LocalPooler.start(FOLDER.resolve("shared"), postgres.port(), 60);
        LEFTOVERS.remember(pooler.process());
    }
    // end

    /** Stops the shared services, and whatever a failed test, or a failed start of these services, left running. */
    private static void endAll() {
        try {
            if (shared != null) shared.close();
            LEFTOVERS.end();
        } catch (IOException e) {
            System.err.println("not stopped: " + e);
        }
    }

    private void close() throws IOException {
        // for files
        if (s3 != null) s3.close();
        // end
        if (!KEPT) redis.close();
        // for dozen
        if (pooler != null) pooler.close();
        // end
        if (!KEPT) postgres.close();
    }

    /** Starts another PostgreSQL, for a test that stops it. Started again in one run, it keeps its data. */
    public static LocalPostgres startPostgres(String folder, int port) throws IOException {
        var postgres = LocalPostgres.start(Path.of(".dev/binaries"), FOLDER.resolve(folder), port);
        LEFTOVERS.remember(postgres.process());
        return postgres;
    }

    public static LocalRedis startRedis(String folder, int port, String... options)
            throws IOException, InterruptedException {
        var redis = LocalRedis.start(FOLDER.resolve(folder), port, options);
        LEFTOVERS.remember(redis.process());
        return redis;
    }

    // for files
    /** The shared S3 server. It starts at the first call, because that takes seconds and few tests need it. */
    public synchronized LocalS3 s3() {
        if (s3 == null) s3 = startS3("shared/s3");
        return s3;
    }

    /** Starts another S3 server, for a test that stops it, or one with other settings. */
    public static LocalS3 startS3(String folder, String... settings) {
        try {
            var started = LocalS3.start(Path.of(".dev/binaries"), FOLDER.resolve(folder), 0, settings);
            LEFTOVERS.remember(started.process());
            return started.await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
    // end

    public LocalPostgres postgres() {
        return postgres;
    }

    public LocalRedis redis() {
        return redis;
    }

    /** A new database with the schema and no rows. */
    public String newDatabase() {
        return newDatabase(TEMPLATE);
    }

    /** A new database with nothing in it. */
    public String newEmptyDatabase() {
        return newDatabase("template1");
    }

    private String newDatabase(String template) {
        var name = "test_" + ProcessHandle.current().pid() + "_" + databases.incrementAndGet();
        try {
            postgres.execute("postgres", "CREATE DATABASE %s TEMPLATE %s".formatted(name, template));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        var direct = postgres.url(name);
        // for dozen
        if (pooler != null) return direct.replace(":" + postgres.port(), ":" + pooler.port());
        // end
        return direct;
    }

    /** The address for {@code release}, which leads to PostgreSQL itself. */
    public String direct(String databaseUrl) {
        // for dozen
        if (pooler != null) return databaseUrl.replace(":" + pooler.port(), ":" + postgres.port());
        // end
        return databaseUrl;
    }

    /** Settings for a process on these services. */
    public Map<String, String> settings(String databaseUrl) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("PORT", "0");
        settings.put("DATABASE_URL", databaseUrl);
        settings.put("DATABASE_DIRECT_URL", direct(databaseUrl));
        settings.put("REDIS_URL", redis.url());
        settings.put("SECRET_KEY", "0123456789abcdef0123456789abcdef");
        settings.put("SIGN_UPS_BY_ADDRESS", "1000000"); // all tests come from one address
        return settings;
    }
}
