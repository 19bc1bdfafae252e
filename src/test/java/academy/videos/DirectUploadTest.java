package academy.videos;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import com.fasterxml.jackson.databind.JsonNode;
import dev.TestServices;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Films that are sent straight to the file storage. */
class DirectUploadTest {
    private static final String NO_ID = "00000000-0000-7000-8000-000000000000";
    private static final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static RunningAcademy app;
    private static String admin;

    @BeforeAll
    static void start() {
        app = RunningAcademy.withFiles(Map.of("VIDEO_MAX_MB", "20", "FFMPEG", LocalFfmpeg.program()));
        app.startWorker();
        admin = app.admin();
    }

    @AfterAll
    static void stop() {
        client.close();
        app.close();
    }

    private static String lesson(String title) {
        return MadeCourse.in(app, admin, title, 1).lessons().getFirst();
    }

    private static HttpResponse<String> begin(String lesson, String type, long bytes) {
        var body = "{\"type\": \"%s\", \"bytes\": %d}".formatted(type, bytes);
        return app.post("/api/lessons/" + lesson + "/video/uploads", body, admin);
    }

    /** Begins an upload of a file of 1,000 bytes. */
    private static JsonNode begun(String lesson) {
        var answer = begin(lesson, "video/mp4", 1000);
        assertEquals(201, answer.statusCode(), answer.body());
        return json(answer);
    }

    /** Sends a file where the beginning said; returns the file storage's status. */
    private static int put(JsonNode begun, String type, HttpRequest.BodyPublisher file) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(begun.get("url").asText()))
                .header("Content-Type", type)
                .PUT(file);
        return client.send(request.build(), BodyHandlers.ofString()).statusCode();
    }

    private static int put(JsonNode begun, HttpRequest.BodyPublisher file) throws Exception {
        return put(begun, begun.at("/headers/Content-Type").asText(), file);
    }

    private static HttpResponse<String> complete(String id) {
        return app.write("PUT", "/api/uploads/" + id + "/completion", "", admin);
    }

    private static boolean isStored(String id) throws IOException {
        return TestServices.shared().s3().files().contains("videos/" + id + "/source");
    }

    private static void awaitGone(String id) throws Exception {
        for (var i = 0; i < 500 && isStored(id); i++) Thread.sleep(20);
        assertFalse(isStored(id));
    }

    @Test
    void aFilmSentToTheFileStorageIsCompletedOnceAndPlays() throws Exception {
        var lesson = lesson("Direct");
        var film = Files.createTempFile(folder, "film", ".mp4");
        new Ffmpeg(LocalFfmpeg.program()).makeSample(film, 2);
        var begun = json(begin(lesson, "video/mp4", Files.size(film)));
        var id = begun.get("id").asText();
        assertEquals(409, complete(id).statusCode());
        assertEquals(200, put(begun, BodyPublishers.ofFile(film)));
        try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<HttpResponse<String>> completion = () -> complete(id);
            for (var each : both.invokeAll(List.of(completion, completion))) {
                var answer = each.get();
                assertEquals(202, answer.statusCode(), answer.body());
                assertEquals(id, json(answer).at("/video/id").asText());
            }
        }
        String status;
        do {
            Thread.sleep(20);
            status = json(app.get("/api/videos/" + id, admin)).get("status").asText();
        } while (status.equals("queued") || status.equals("transcoding"));
        assertEquals("ready", status);
        var again = json(complete(id)).get("video");
        assertEquals(id, again.get("id").asText());
        assertEquals(Files.size(film), again.get("bytes").asLong());
        assertFalse(again.has("sha256"));
        assertEquals(0, app.count("SELECT count(*) FROM uploads WHERE id = '%s'".formatted(id)));
        var next = begun(lesson);
        put(next, BodyPublishers.ofByteArray(new byte[1000]));
        assertEquals(202, complete(next.get("id").asText()).statusCode());
        assertEquals(404, complete(id).statusCode()); // it was replaced
        awaitGone(id);
    }

    @Test
    void theFileStorageRefusesWhatWasNotAnnounced() throws Exception {
        var begun = begun(lesson("Announced"));
        assertEquals(403, put(begun, BodyPublishers.ofByteArray(new byte[1001])));
        assertEquals(403, put(begun, BodyPublishers.ofByteArray(new byte[999])));
        assertEquals(403, put(begun, "text/html", BodyPublishers.ofByteArray(new byte[1000])));
        var id = begun.get("id").asText();
        assertFalse(isStored(id));
        assertEquals(409, complete(id).statusCode());
        assertEquals(200, put(begun, BodyPublishers.ofByteArray(new byte[1000])));
        assertTrue(isStored(id));
        assertEquals(202, complete(id).statusCode());
    }

    @ParameterizedTest
    @CsvSource({
        "video/mp4, 0, 400",
        "video/mp4, -1, 400",
        "video/mp4, 20000001, 413",
        "text/html, 1000, 415",
        "video/, 1000, 415",
        "'video/mp4; x=y', 1000, 415",
        "application/octet-stream, 20000000, 201"
    })
    void whatIsAnnouncedIsChecked(String type, long bytes, int status) {
        assertEquals(
                status,
                begin(lesson("Checked %s %d".formatted(type, bytes)), type, bytes)
                        .statusCode());
    }

    @Test
    void theServiceWorkerMaySendFilesToTheFileStorage() throws Exception {
        var script = app.request("/assets/any/videos/upload-worker.js").build();
        var policy = client.send(script, BodyHandlers.ofString())
                .headers()
                .firstValue("Content-Security-Policy")
                .orElseThrow();
        var storage = TestServices.shared().s3().settings().get("AWS_ENDPOINT_URL_S3");
        assertTrue(policy.contains("; connect-src 'self' " + storage + ";"), policy);
    }

    @Test
    void onlyAdminsUpload() {
        var lesson = lesson("Theirs");
        var id = begun(lesson).get("id").asText();
        app.signUp("direct@example.com");
        var learner = app.logIn("direct@example.com");
        for (var cookie : new String[] {"", learner}) {
            var expected = cookie.isEmpty() ? 401 : 403;
            var path = "/api/lessons/" + lesson + "/video/uploads";
            assertEquals(expected, app.post(path, "{}", cookie).statusCode());
            path = "/api/uploads/" + id + "/completion";
            assertEquals(expected, app.write("PUT", path, "", cookie).statusCode());
        }
        assertEquals(
                422,
                app.post("/api/lessons/" + lesson + "/video/uploads", "{}", admin)
                        .statusCode());
        assertEquals(404, begin(NO_ID, "video/mp4", 1000).statusCode());
        assertEquals(404, complete(NO_ID).statusCode());
    }

    @Test
    void anUploadThatNobodyCompletedIsSwept() throws Exception {
        var lesson = lesson("Abandoned");
        var old = begun(lesson);
        var young = begun(lesson);
        for (var each : new JsonNode[] {old, young}) put(each, BodyPublishers.ofByteArray(new byte[1000]));
        var oldId = old.get("id").asText();
        app.execute("UPDATE uploads SET created_at = now() - interval '25 hours' WHERE id = '%s'".formatted(oldId));
        app.execute("""
                INSERT INTO jobs (task_name, task_instance, task_data, execution_time)
                VALUES ('SweepUploads', 'sweep', '{"job": {"now": "%s"}}', now())""".formatted(Instant.now()));
        awaitGone(oldId);
        assertEquals(404, complete(oldId).statusCode());
        assertEquals(202, complete(young.get("id").asText()).statusCode());
    }

    @Test
    void withoutFileStorageNothingBegins() {
        try (var bare = RunningAcademy.start()) {
            var cookie = bare.admin();
            var lesson = MadeCourse.in(bare, cookie, "Bare", 1).lessons().getFirst();
            var body = "{\"type\": \"video/mp4\", \"bytes\": 1000}";
            var answer = bare.post("/api/lessons/" + lesson + "/video/uploads", body, cookie);
            assertEquals(503, answer.statusCode());
        }
    }
}
