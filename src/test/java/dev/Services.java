package dev;

import academy.videos.LocalFfmpeg;
import dev.Machine.Leftovers;
import dev.Processes.Procfile;
import dozen.domain.Exit;
import dozen.services.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The backing services of a development machine, with data kept in a folder. An empty database is filled with sample
 * data, so that there is something to see and an account to log in with.
 */
final class Services implements AutoCloseable {
    static final String ADMIN = "admin@example.com";
    private static final String LEARNER = "learner@example.com";
    static final String PASSWORD = "correct horse battery";
    private static final String DATABASE = "academy";

    private static final List<String> TIPS = List.of(
            // for certificates
            "Log in as learner and complete a course: a worker makes the certificate.",
            // end
            // for videos
            "Log in as admin, upload a film, and reload the page while it is on its way.",
            // end
            "Start one more worker, and see it on the status page:",
            "  (set -a; . .dev/env; java -jar target/app.jar worker)",
            "Ask the console: echo 'accounts.count()' | scripts/console");

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
        System.out.println(redis.about());
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

    /** Runs the task load-demo of the same jar when the database has no accounts. */
    void loadSampleData(Processes processes, Procfile procfile) throws IOException, InterruptedException {
        if (hasAccounts()) return;
        var task = procfile.release().replaceFirst("release$", "task load-demo");
        if (processes.run("task", task, PASSWORD + "\n") != 0) throw Exit.failure("the sample data was not loaded");
    }

    private boolean hasAccounts() {
        try (var connected =
                new Postgres(Postgres.Url.parse(postgres.url(DATABASE)), 1, Duration.ofSeconds(10)).connect()) {
            return connected
                    .jdbi()
                    .withHandle(handle -> handle.createQuery("SELECT EXISTS (SELECT FROM accounts)")
                            .mapTo(Boolean.class)
                            .one());
        }
    }

    /** Prints the addresses, the log-ins and the first steps for a newcomer. */
    void printSummary(int port) {
        System.out.printf("""

                ┌ Things to try
                │  %6$s
                │
                ├ status   http://localhost:%1$d/status   twelve factors, alive
                │ mails    %5$s
                │ API      http://localhost:%1$d/docs
                │
                ├ admin    %2$s
                │ learner  %3$s
                │ password of both: %4$s
                │
                ├ Saving a file under src/main restarts with the change. Ctrl-C stops everything.
                └ Academy runs: http://localhost:%1$d

                """, port, ADMIN, LEARNER, PASSWORD, mail.page(), String.join("\n│  ", TIPS));
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
