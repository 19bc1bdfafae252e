package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.videos.Ffmpeg;
import academy.videos.LocalFfmpeg;
import dev.Machine;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.pdfbox.Loader;

/**
 * Academy's main purpose, tested from outside over HTTP alone: an admin makes a course and uploads a film, a learner
 * signs up, completes the course and gets the certificate. It runs on any Academy that has a worker and a mail catcher.
 */
public final class Story implements AutoCloseable {
    private static final String NAME = "Zoë Müller-O'Brien";

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestClient anyone;
    private final Inbox inbox;
    private final Path folder;
    private final String learner = "zoe-" + UUID.randomUUID() + "@example.com";

    /**
     * @param app the address of the running Academy
     * @param mails the address of the mail server's API
     * @param folder the folder for downloads
     */
    public Story(String app, String mails, Path folder) {
        anyone = new TestClient(client, app, Map.of());
        this.inbox = new Inbox(client, mails);
        this.folder = folder;
    }

    private TestClient logIn(String email, String password) {
        var session = anyone.post("/api/sessions", Map.of("email", email, "password", password));
        return anyone.with("Cookie", session.is(201).cookie());
    }

    public void tell(String adminEmail, String adminPassword) throws Exception {
        var admin = logIn(adminEmail, adminPassword);
        var course = admin.post("/api/courses", Map.of("title", "Story " + UUID.randomUUID()))
                .is(201)
                .header("Location");
        var lessons = List.of(lesson(admin, course), lesson(admin, course));
        aFilmIsUploadedAndPlays(lessons.getFirst(), admin);
        aLearnerCompletesTheCourse(course, lessons);
    }

    private static String lesson(TestClient admin, String course) {
        return admin.post(course + "/lessons", Map.of("title", "L")).is(201).text("/id");
    }

    private void aFilmIsUploadedAndPlays(String lesson, TestClient admin) throws Exception {
        var film = folder.resolve("film.mp4");
        new Ffmpeg(LocalFfmpeg.program()).makeSample(film, 6);
        var upload = admin.request("/api/lessons/" + lesson + "/video")
                .header("Content-Type", "video/mp4")
                .PUT(BodyPublishers.ofFile(film));
        var path = "/api/videos/" + admin.send(upload).is(202).text("/video/id");
        var progress = new TreeSet<Integer>();
        Answer video;
        do {
            Thread.sleep(10);
            video = admin.get(path).is(200);
            progress.add(video.at("/progress").asInt());
            assertTrue(!video.text("/status").equals("failed"), video.body());
        } while (!video.text("/status").equals("ready"));
        assertTrue(progress.size() > 2, "progress rises: " + progress);
        for (var height : new int[] {720, 360}) {
            var probed = probe(download(video.text("/urls/" + height + "p"), height + "p.mp4"));
            assertTrue(probed.contains("h264") && probed.contains("aac") && probed.contains(String.valueOf(height)));
        }
        assertTrue(probe(download(video.text("/poster"), "poster.jpg")).contains("mjpeg"));
    }

    private Path download(String address, String name) throws Exception {
        var file = folder.resolve(name);
        Files.deleteIfExists(file);
        var answer = client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofFile(file));
        assertEquals(200, answer.statusCode());
        return file;
    }

    /** Describes a media file with ffprobe where that is installed, else with ffmpeg. */
    private static String probe(Path file) throws IOException {
        try {
            return output("ffprobe", "-v", "error", "-show_streams", file.toString());
        } catch (IOException e) {
            return output(LocalFfmpeg.program(), "-hide_banner", "-i", file.toString());
        }
    }

    private static String output(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private void aLearnerCompletesTheCourse(String course, List<String> lessons) throws Exception {
        var password = "an excellent password";
        anyone.post("/api/accounts", Map.of("email", learner, "password", password, "name", NAME))
                .is(201);
        inbox.awaitAttachment(learner, "Welcome to Academy");
        var zoe = logIn(learner, password);
        zoe.post(course + "/enrolment").is(201);
        for (var lesson : lessons)
            zoe.put("/api/lessons/" + lesson + "/completion").is(200);
        var certificate = zoe.get("/api/certificates").is(200).text("/items/0/id");
        assertBearsTheName(inbox.awaitAttachment(learner, "Your certificate"));
        var link = zoe.get("/api/certificates/" + certificate + "/pdf").is(302);
        assertBearsTheName(Files.readAllBytes(download(link.header("Location"), "kept.pdf")));
        var page = anyone.get("/certificates/" + certificate).is(200).body();
        assertTrue(page.contains("Zoë Müller"), page);
        assertTrue(!page.contains(learner));
    }

    private void assertBearsTheName(byte[] bytes) throws IOException {
        var pdf = Files.write(folder.resolve("certificate.pdf"), bytes);
        try (var document = Loader.loadPDF(bytes)) {
            assertTrue(document.getDocumentInformation().getTitle().startsWith(NAME));
        }
        try {
            assertTrue(output("pdftotext", pdf.toString(), "-").contains(NAME));
        } catch (IOException e) {
            // pdftotext is not installed here
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** Runs the story against an Academy that is up: its address, the mail server's, and an admin's email and password. */
    public static void main(String[] arguments) throws Exception {
        var folder = Files.createTempDirectory("story");
        try (var story = new Story(arguments[0], arguments[1], folder)) {
            story.tell(arguments[2], arguments[3]);
        } finally {
            Machine.delete(folder);
        }
    }
}
