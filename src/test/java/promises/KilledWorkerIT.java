package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.certificates.Certificates;
import academy.courses.Lessons;
import academy.courses.MadeCourse;
import academy.learning.Enrolments;
import academy.videos.Ffmpeg;
import academy.videos.LocalFfmpeg;
import dev.Machine;
import dev.MailCatcher.Mail;
import dozen.config.Env;
import dozen.jobs.Jobs;
import dozen.services.Redis;
import dozen.testing.TestApp;
import factors.App;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Kills a worker with -9 in the middle of each kind of work. Every job is completed, and no mail is sent twice. */
@Tag("long")
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait for missed heartbeats
class KilledWorkerIT {
    /** The mail catcher takes 45 ms for a mail, mostly waiting, so many threads make the tests faster. */
    private static final int THREADS = 16;

    private static final int MAX_SECONDS = 300;

    private static Map<String, String> settings(TestApp app) {
        var settings = new HashMap<>(app.environment());
        settings.put("FFMPEG", LocalFfmpeg.program());
        settings.put("WORKER_THREADS", String.valueOf(THREADS));
        settings.put("LOG_LEVEL", "warn");
        return settings;
    }

    private static void awaitNoJobs(TestApp app) throws Exception {
        Machine.await(MAX_SECONDS, "all jobs are done", () -> app.count("SELECT count(*) FROM jobs") == 0);
        assertEquals(0, app.count("SELECT count(*) FROM dead_jobs"));
    }

    /** The number of mails that each recipient got. */
    private static Map<String, Long> mailsByRecipient(TestApp app) {
        return app.mails().mails().stream().collect(Collectors.groupingBy(Mail::to, Collectors.counting()));
    }

    @Test
    void inTheMiddleOfATranscoding(@TempDir Path folder) throws Exception {
        try (var app = RunningAcademy.withFiles()) {
            var lesson = MadeCourse.in(app, "Film", 1).lessons().getFirst();
            var admin = app.as("admin@example.com");
            var film = folder.resolve("film.mp4");
            new Ffmpeg(LocalFfmpeg.program()).makeSample(film, 25);
            var upload = admin.request("/api/lessons/" + lesson + "/video")
                    .header("Content-Type", "video/mp4")
                    .PUT(BodyPublishers.ofFile(film));
            var path = "/api/videos/" + admin.send(upload).is(202).text("/video/id");
            var settings = settings(app);
            List<ProcessHandle> children;
            // A folder of its own: any other worker on this machine would delete what the killed one left.
            var temporary = Files.createDirectory(folder.resolve("tmp"));
            var java = List.of("-Djava.io.tmpdir=" + temporary, "-jar", App.JAR.toString());
            try (var first = App.start(settings, java, "worker")) {
                Machine.await(
                        MAX_SECONDS,
                        "progress",
                        () -> admin.get(path).at("/progress").asInt() > 5);
                children = ProcessHandle.of(first.pid())
                        .orElseThrow()
                        .descendants()
                        .toList();
                first.kill();
            }
            assertTrue(children.size() >= 2, children.toString()); // the guard and ffmpeg
            Machine.await(
                    MAX_SECONDS, "the end of ffmpeg", () -> children.stream().noneMatch(ProcessHandle::isAlive));
            assertEquals(1, workFolders(temporary));
            assertEquals("transcoding", admin.get(path).text("/status"));
            try (var _ = App.start(settings, java, "worker")) {
                awaitNoJobs(app);
            }
            assertEquals("ready", admin.get(path).text("/status"));
            assertEquals(1, app.count("SELECT count(*) FROM videos"));
            assertEquals(0, workFolders(temporary), "its own, and what the killed one left");
        }
    }

    private static long workFolders(Path temporary) {
        try (var files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("academy-video-"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void inTheMiddleOfCertificates() throws Exception {
        var learners = 60;
        try (var app = RunningAcademy.withFiles()) {
            var made = MadeCourse.in(app, "Course", 1);
            app.execute("""
                    INSERT INTO accounts (email, name, password)
                    SELECT 'learner' || i || '@example.com', 'Learner ' || i, 'none' FROM generate_series(1, %d) AS i;
                    INSERT INTO enrolments (account_id, course_id)
                    SELECT id, '%s' FROM accounts WHERE role = 'learner'
                    """.formatted(learners, made.course()));
            try (var redis = new Redis(Redis.Settings.read(new Env(app.environment())))) {
                var enrolments = new Enrolments(app.jdbi());
                enrolments.onCompleted(new Certificates(app.jdbi(), new Jobs(redis))::issue);
                var lesson = new Lessons(app.jdbi())
                        .get(UUID.fromString(made.lessons().getFirst()));
                for (var account : app.jdbi()
                        .withHandle(handle -> handle.createQuery("SELECT id FROM accounts WHERE role = 'learner'")
                                .mapTo(UUID.class)
                                .list())) {
                    enrolments.complete(account, lesson);
                }
            }
            var settings = settings(app);
            try (var first = App.start(settings, "worker")) {
                Machine.await(MAX_SECONDS, "some", () -> app.count("SELECT count(*) FROM mails") > learners / 4);
                first.kill();
            }
            assertTrue(app.count("SELECT count(*) FROM jobs") > 0);
            try (var _ = App.start(settings, "worker")) {
                awaitNoJobs(app);
            }
            assertEquals(learners, app.count("SELECT count(*) FROM certificates WHERE ready_at IS NOT NULL"));
            assertEachOnce(app, learners);
        }
    }

    @Test
    void inTheMiddleOfTenThousandDigests() throws Exception {
        var accounts = 10_000;
        try (var app = RunningAcademy.withFiles()) {
            app.execute("""
                    INSERT INTO accounts (email, name, password)
                    SELECT 'learner' || i || '@example.com', 'Learner ' || i, 'none' FROM generate_series(1, %d) AS i;
                    INSERT INTO courses (slug, title) VALUES ('fresh', 'Fresh')
                    """.formatted(accounts));
            var tomorrow = Instant.now().plus(Duration.ofDays(1));
            app.tick("digests", tomorrow);
            var settings = settings(app);
            try (var first = App.start(settings, "worker")) {
                Machine.await(MAX_SECONDS, "some", () -> app.count("SELECT count(*) FROM mails") > accounts / 4);
                first.kill();
            }
            try (var _ = App.start(settings, "worker")) {
                awaitNoJobs(app);
                app.tick("digests", tomorrow); // the same day again: nobody gets a second digest
                awaitNoJobs(app);
            }
            assertEachOnce(app, accounts);
        }
    }

    /** Each recipient got one mail. Only those whose mail the killed worker was just handing over may have none. */
    private static void assertEachOnce(TestApp app, int recipients) {
        var mails = mailsByRecipient(app);
        mails.forEach((recipient, count) -> assertEquals(1, count, recipient));
        var inDoubt = app.count("SELECT count(*) FROM mails WHERE sent IS NULL");
        assertEquals(recipients, app.count("SELECT count(*) FROM mails"));
        assertTrue(inDoubt <= THREADS, "in doubt: " + inDoubt);
        assertTrue(mails.size() >= recipients - inDoubt, "%d mails, %d in doubt".formatted(mails.size(), inDoubt));
        System.out.printf("%d of %d mails arrived, none twice, %d in doubt%n", mails.size(), recipients, inDoubt);
    }
}
