package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.videos.Ffmpeg;
import academy.videos.LocalFfmpeg;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.Machine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.pdfbox.Loader;

/**
 * Academy's main purpose, tested from outside over HTTP alone: an admin makes a course and uploads a film, a learner
 * signs up, completes the course and gets the certificate. It runs on any Academy that has a worker and a mail catcher.
 */
public final class Story implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "Zoë Müller-O'Brien";

    private final HttpClient client = HttpClient.newHttpClient();
    private final String app;
    private final Inbox inbox;
    private final Path folder;
    private final String learner = "zoe-" + UUID.randomUUID() + "@example.com";

    /**
     * @param app the address of the running Academy
     * @param mails the address of the mail server's API
     * @param folder the folder for downloads
     */
    public Story(String app, String mails, Path folder) {
        this.app = app;
        this.inbox = new Inbox(client, mails);
        this.folder = folder;
    }

    private HttpResponse<String> send(String method, String path, String body, String cookie)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(app + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (!cookie.isEmpty()) request.header("Cookie", cookie);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode expect(int status, HttpResponse<String> answer) throws IOException {
        assertEquals(status, answer.statusCode(), answer.request() + " " + answer.body());
        return JSON.readTree(answer.body());
    }

    private String logIn(String email, String password) throws IOException, InterruptedException {
        var answer = send("POST", "/api/sessions", """
                {"email": "%s", "password": "%s"}""".formatted(email, password), "");
        expect(201, answer);
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    public void tell(String adminEmail, String adminPassword) throws Exception {
        var admin = logIn(adminEmail, adminPassword);
        var course = expect(
                        201,
                        send("POST", "/api/courses", "{\"title\": \"Story %s\"}".formatted(UUID.randomUUID()), admin))
                .get("id")
                .asText();
        var lessons = new String[2];
        for (var i = 0; i < 2; i++) {
            lessons[i] = expect(201, send("POST", "/api/courses/" + course + "/lessons", "{\"title\": \"L\"}", admin))
                    .get("id")
                    .asText();
        }
        aFilmIsUploadedAndPlays(lessons[0], admin);
        aLearnerCompletesTheCourse(course, lessons);
    }

    private void aFilmIsUploadedAndPlays(String lesson, String admin) throws Exception {
        var film = folder.resolve("film.mp4");
        new Ffmpeg(LocalFfmpeg.program()).makeSample(film, 6);
        var upload = HttpRequest.newBuilder(URI.create(app + "/api/lessons/" + lesson + "/video"))
                .header("Content-Type", "video/mp4")
                .header("Cookie", admin)
                .PUT(BodyPublishers.ofFile(film))
                .build();
        var id = expect(202, client.send(upload, BodyHandlers.ofString()))
                .at("/video/id")
                .asText();
        var progress = new TreeSet<Integer>();
        JsonNode video;
        do {
            Thread.sleep(10);
            video = expect(200, send("GET", "/api/videos/" + id, "", admin));
            progress.add(video.get("progress").asInt());
            assertTrue(!video.get("status").asText().equals("failed"), video.toString());
        } while (!video.get("status").asText().equals("ready"));
        assertTrue(progress.size() > 2, "progress rises: " + progress);
        for (var height : new int[] {720, 360}) {
            var probed = probe(download(video.at("/urls/" + height + "p").asText(), height + "p.mp4"));
            assertTrue(probed.contains("h264") && probed.contains("aac") && probed.contains(String.valueOf(height)));
        }
        assertTrue(probe(download(video.get("poster").asText(), "poster.jpg")).contains("mjpeg"));
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

    private void aLearnerCompletesTheCourse(String course, String[] lessons) throws Exception {
        var password = "an excellent password";
        expect(201, send("POST", "/api/accounts", """
                {"email": "%s", "password": "%s", "name": "%s"}""".formatted(learner, password, NAME), ""));
        inbox.awaitAttachment(learner, "Welcome to Academy");
        var cookie = logIn(learner, password);
        expect(201, send("POST", "/api/courses/" + course + "/enrolment", "", cookie));
        for (var lesson : lessons) expect(200, send("PUT", "/api/lessons/" + lesson + "/completion", "", cookie));
        var certificate = expect(200, send("GET", "/api/certificates", "", cookie))
                .at("/items/0/id")
                .asText();
        assertBearsTheName(inbox.awaitAttachment(learner, "Your certificate"));
        var link = send("GET", "/api/certificates/" + certificate + "/pdf", "", cookie);
        assertEquals(302, link.statusCode());
        var kept = download(link.headers().firstValue("Location").orElseThrow(), "kept.pdf");
        assertBearsTheName(Files.readAllBytes(kept));
        var page = send("GET", "/certificates/" + certificate, "", "");
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("Zoë Müller"), page.body());
        assertTrue(!page.body().contains(learner));
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
