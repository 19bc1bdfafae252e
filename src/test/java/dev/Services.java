package dev;

import academy.videos.LocalFfmpeg;
import dev.Machine.Leftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The backing services of a development machine, with data kept in a folder. */
final class Services implements AutoCloseable {
    private static final String DATABASE = "academy";

    private final Leftovers leftovers;
    private final List<ProcessHandle> processes = new ArrayList<>();
    // for files
    private final LocalS3 s3;
    // end
    private final LocalPostgres postgres;
    private final LocalRedis redis;
    private final MailCatcher mail = MailCatcher.start();
    private final String secretKey;

    /** Starts them all. */
    Services(Path folder, Leftovers leftovers) throws IOException, SQLException, InterruptedException {
        this.leftovers = leftovers;
        var binaries = folder.resolve("binaries");
        var data = folder.resolve("data");
        // for files
        s3 = LocalS3.start(binaries, data.resolve("s3"), 0); // the slowest to start, so it is first
        remember(s3.process());
        // end
        postgres = LocalPostgres.start(binaries, data.resolve("postgres"), 0);
        remember(postgres.process());
        if (!postgres.hasDatabase(DATABASE)) postgres.execute("postgres", "CREATE DATABASE \"" + DATABASE + "\"");
        redis = LocalRedis.start(data, 0);
        remember(redis.process());
        secretKey = secretKey(data.resolve("secret-key"));
        // for files
        s3.await();
        // end
    }

    private void remember(ProcessHandle process) throws IOException {
        leftovers.remember(process);
        processes.add(process);
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
        // for files
        settings.putAll(s3.settings());
        // end
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
        // for files
        s3.close();
        // end
        redis.close();
        postgres.close();
    }
}
