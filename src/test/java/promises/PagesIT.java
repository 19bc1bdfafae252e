package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import academy.RunningAcademy;
import academy.videos.LocalFfmpeg;
import dev.MailCatcher;
import dev.TestServices;
import factors.App;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests of src/test/browser in a real Chromium, against web, worker and scheduler processes, and a second web
 * process that has no schema and no Redis. Needs Node and Chromium.
 */
@Tag("long")
class PagesIT {
    private static final Path SOURCE = Path.of("src/test/browser");
    private static final Path FOLDER = Path.of("target/browser");
    /** The size of the film, large enough that a test can reload the page during its upload. */
    private static final int FILM_BYTES = 200_000_000;

    private static final String DEAD_JOB = """
            INSERT INTO dead_jobs (type, job, error, attempts, enqueued_at)
            VALUES ('SendDigest', 'a key', 'jakarta.mail.MessagingException: ' || repeat('refused/', 60), 10, now())
            """;
    /** The timeout for one test file. */
    private static final int TIMEOUT_SECONDS = 300;

    @Test
    void theStoryIsToldAndEveryPageLooksRight(@TempDir Path temporary) throws Exception {
        var services = TestServices.shared();
        try (var catcher = MailCatcher.start()) {
            var settings = new HashMap<>(services.settings(services.newDatabase()));
            settings.putAll(services.s3().settings());
            settings.put("FFMPEG", LocalFfmpeg.program());
            settings.put("SMTP_URL", catcher.url());
            settings.put("STATUS_PUBLIC", "true");
            settings.put("RELEASE_VERSION", "v42");
            settings.put("DIGEST_CRON", "*/5 * * * * *");
            try (var demo = App.start(settings, "task", "load-demo").input(RunningAcademy.PASSWORD + "\n")) {
                assertEquals(0, demo.exitCode(), demo.err().toString());
            }
            services.postgres()
                    .execute(URI.create(settings.get("DATABASE_URL")).getPath().substring(1), DEAD_JOB);
            var broken = services.settings(services.newEmptyDatabase());
            try (var redis = new Proxy(() -> URI.create(services.redis().url()).getPort());
                    var brokenWeb = App.start(through(redis, broken), "web");
                    var web = App.start(settings, "web");
                    var _ = App.start(settings, "worker");
                    var _ = App.start(settings, "scheduler")) {
                brokenWeb.port();
                redis.refuse(true);
                install();
                var seen = FOLDER.resolve("seen");
                Files.deleteIfExists(seen);
                Thread.ofVirtual().start(() -> comesBack(redis, seen));
                for (var file : List.of("story.test.mjs", "looks.test.mjs", "away.test.mjs")) {
                    var node = new ProcessBuilder("node", "--test", "--test-reporter=spec", file);
                    node.environment().put("ACADEMY", "http://localhost:" + web.port());
                    node.environment().put("BROKEN", "http://localhost:" + brokenWeb.port());
                    node.environment().put("SEEN", seen.toAbsolutePath().toString());
                    node.environment().put("MAILS", catcher.page());
                    node.environment().put("FILM", film(temporary).toString());
                    node.environment()
                            .put(
                                    "PICTURES",
                                    Path.of("target/screenshots")
                                            .toAbsolutePath()
                                            .toString());
                    run(node, TIMEOUT_SECONDS);
                }
            }
        }
    }

    private static void comesBack(Proxy redis, Path seen) {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3 * TIMEOUT_SECONDS);
        while (!Files.exists(seen) && System.nanoTime() < end) LockSupport.parkNanos(100_000_000);
        redis.refuse(false);
    }

    private static Map<String, String> through(Proxy redis, Map<String, String> settings) {
        var through = new HashMap<>(settings);
        through.put("REDIS_URL", "redis://127.0.0.1:" + redis.port());
        return through;
    }

    private static Path film(Path folder) throws IOException, InterruptedException {
        var film = folder.resolve("film.mp4");
        if (!Files.exists(film)) LocalFfmpeg.makeLargeFilm(film, FILM_BYTES);
        return film;
    }

    private static void install() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        try (var files = Files.list(SOURCE)) {
            for (var file : files.toList()) {
                Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        run(
                new ProcessBuilder(
                        "npm",
                        "install",
                        "--no-package-lock",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--silent"),
                120);
    }

    private static void run(ProcessBuilder command, int seconds) throws IOException, InterruptedException {
        var output = Files.createTempFile("browser", ".log");
        var process = command.directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        var ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) process.destroyForcibly();
        var told = Files.readString(output, StandardCharsets.UTF_8);
        System.out.println(told);
        Files.delete(output);
        assertEquals(0, ended ? process.exitValue() : -1, told);
    }
}
