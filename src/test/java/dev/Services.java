package dev;

import academy.videos.LocalFfmpeg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The backing services of a development machine, with data kept in a folder. */
final class Services implements AutoCloseable {
    private static final String DATABASE = "academy";

    private final LocalPostgres postgres;
    private final LocalRedis redis;
    private final LocalS3 s3;
    private final MailCatcher mail;
    private final String secretKey;

    private final List<ProcessHandle> processes;

    private Services(
            LocalPostgres postgres,
            LocalRedis redis,
            LocalS3 s3,
            MailCatcher mail,
            String secretKey,
            List<ProcessHandle> processes) {
        this.processes = processes;
        this.postgres = postgres;
        this.redis = redis;
        this.s3 = s3;
        this.mail = mail;
        this.secretKey = secretKey;
    }

    static Services start(Path folder, Leftovers leftovers) throws IOException, SQLException, InterruptedException {
        var s3 = LocalS3.start(
                folder.resolve("binaries"), folder.resolve("data/s3"), 0); // the slowest to start, so it is first
        leftovers.remember(s3.process());
        var postgres = LocalPostgres.start(folder.resolve("binaries"), folder.resolve("data/postgres"), 0);
        var postgresProcess = ProcessHandle.of(postgres.pid()).orElseThrow();
        leftovers.remember(postgresProcess);
        if (!postgres.hasDatabase(DATABASE)) postgres.execute("postgres", "CREATE DATABASE \"" + DATABASE + "\"");
        var redis = LocalRedis.start(folder.resolve("data"), 0);
        var redisProcess = ProcessHandle.of(redis.pid()).orElseThrow();
        leftovers.remember(redisProcess);
        var secretKey = secretKey(folder.resolve("data/secret-key"));
        return new Services(
                postgres,
                redis,
                s3.await(),
                MailCatcher.start(),
                secretKey,
                List.of(postgresProcess, redisProcess, s3.process()));
    }

    /** The secret key. It is made once and kept in a file, so that links and sessions outlive a restart. */
    private static String secretKey(Path file) throws IOException {
        if (!Files.exists(file)) {
            var bytes = new byte[32];
            new SecureRandom().nextBytes(bytes);
            Files.writeString(file, HexFormat.of().formatHex(bytes));
        }
        return Files.readString(file).strip();
    }

    /** The settings that attach a process to these services. */
    Map<String, String> settings() {
        var settings = new LinkedHashMap<String, String>();
        settings.put("DATABASE_URL", postgres.url(DATABASE));
        settings.put("REDIS_URL", redis.url());
        settings.put("SECRET_KEY", secretKey);
        settings.put("SMTP_URL", mail.url());
        settings.putAll(s3.settings());
        // for videos
        settings.put("FFMPEG", LocalFfmpeg.program());
        // end
        settings.put("STATUS_PUBLIC", "true");
        settings.put("RELEASE_VERSION", "development");
        return settings;
    }

    String mailPage() {
        return mail.page();
    }

    boolean alive() {
        return processes.stream().allMatch(ProcessHandle::isAlive);
    }

    @Override
    public void close() throws IOException {
        mail.close();
        s3.close();
        redis.close();
        postgres.close();
    }
}
