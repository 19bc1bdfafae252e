package academy.demo;

import academy.accounts.Account;
import academy.accounts.Accounts;
import academy.accounts.PasswordPrompt;
import academy.courses.Course;
import academy.courses.Courses;
import academy.courses.ImportCourses;
import academy.courses.Lesson;
import academy.courses.Lessons;
import academy.learning.Enrolments;
import academy.videos.Ffmpeg;
import academy.videos.Videos;
import dozen.config.Secret;
import dozen.domain.Exit;
import dozen.services.FileStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code task load-demo}: fills an empty database, and only an empty one, with courses, lessons, a real video, an
 * admin, learners and their progress. All accounts get one password, from stdin or a prompt: a password in the jar
 * would be known to everybody.
 */
public final class LoadDemo {
    private static final Logger log = LoggerFactory.getLogger(LoadDemo.class);
    private static final int FILM_SECONDS = 8;
    private static final List<String> LESSONS = List.of("What it is about", "A first try", "What can go wrong");

    private final Accounts accounts;
    private final Courses courses;
    private final Lessons lessons;
    private final Enrolments enrolments;
    private final Videos videos;
    private final Optional<FileStorage> files;
    private final Ffmpeg ffmpeg;

    public LoadDemo(
            Accounts accounts,
            Courses courses,
            Lessons lessons,
            Enrolments enrolments,
            Videos videos,
            Optional<FileStorage> files,
            Ffmpeg ffmpeg) {
        this.accounts = accounts;
        this.courses = courses;
        this.lessons = lessons;
        this.enrolments = enrolments;
        this.videos = videos;
        this.files = files;
        this.ffmpeg = ffmpeg;
    }

    public void run(List<String> arguments) throws IOException, InterruptedException {
        if (!arguments.isEmpty()) throw Exit.usage("usage: task load-demo, the password on stdin");
        if (accounts.count() > 0 || courses.count() > 0) {
            throw Exit.failure("the database is not empty; nothing was loaded");
        }
        var password = PasswordPrompt.read();
        try (var file = open("/demo/courses.csv")) {
            ImportCourses.run(courses, file);
        }
        var all = courses.newest(20);
        for (var course : all) addLessons(course);
        addVideo(all.getLast());
        accounts.create("admin@example.com", password, "Ada Admin", Account.Role.ADMIN);
        learner("learner@example.com", "Leo Learner", password, all.getLast(), 1);
        learner("zoe@example.org", "Zoë Müller-O'Brien", password, all.getFirst(), LESSONS.size());
        learner("olga@example.org", "Ольга", password, all.get(1), 2);
    }

    private static InputStream open(String name) {
        return LoadDemo.class.getResourceAsStream(name);
    }

    private void addLessons(Course course) {
        for (var title : LESSONS) {
            lessons.add(course.id(), new Lesson.Draft(title, "%s: %s".formatted(course.title(), course.summary())));
        }
    }

    private void addVideo(Course course) throws IOException, InterruptedException {
        if (files.isEmpty()) {
            log.info("no file storage is attached, so there is no video");
            return;
        }
        var film = Files.createTempFile("film", ".mp4");
        try {
            ffmpeg.makeSample(film, FILM_SECONDS);
            videos.add(files.get(), lessons.of(course.id()).getFirst(), film, "video/mp4");
        } catch (IOException e) {
            log.warn("there is no video: {}", e.getMessage());
        } finally {
            Files.deleteIfExists(film);
        }
    }

    private void learner(String email, String name, Secret password, Course course, int done) {
        var account =
                accounts.create(email, password, name, Account.Role.LEARNER).orElseThrow();
        enrolments.enrol(account.id(), course.id());
        lessons.of(course.id()).stream().limit(done).forEach(lesson -> enrolments.complete(account.id(), lesson));
    }
}
