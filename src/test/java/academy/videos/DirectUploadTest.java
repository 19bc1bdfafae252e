package academy.videos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import dev.TestServices;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static TestApp app;
    private static TestClient admin;

    @BeforeAll
    static void start() {
        app = RunningAcademy.withFiles(Map.of("VIDEO_MAX_MB", "20", "FFMPEG", LocalFfmpeg.program()));
        admin = app.as("admin@example.com");
    }

    @AfterAll
    static void stop() {
        client.close();
        app.close();
    }

    private static String lesson(String title) {
        return MadeCourse.in(app, title, 1).lessons().getFirst();
    }

    private static Answer begin(String lesson, String type, long bytes) {
        return admin.post("/api/lessons/" + lesson + "/video/uploads", Map.of("type", type, "bytes", bytes));
    }

    /** Begins an upload of a file of 1,000 bytes. */
    private static Answer begun(String lesson) {
        return begin(lesson, "video/mp4", 1000).is(201);
    }

    /** Sends a file where the beginning said; returns the file storage's status. */
    private static int put(Answer begun, String type, HttpRequest.BodyPublisher file) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(begun.text("/url")))
                .header("Content-Type", type)
                .PUT(file);
        return client.send(request.build(), BodyHandlers.ofString()).statusCode();
    }

    private static int put(Answer begun, HttpRequest.BodyPublisher file) throws Exception {
        return put(begun, begun.text("/headers/Content-Type"), file);
    }

    private static Answer complete(String id) {
        return admin.put("/api/uploads/" + id + "/completion");
    }

    private static boolean isStored(String id) throws IOException {
        return TestServices.shared().s3().files().contains("videos/" + id + "/source");
    }

    @Test
    void aFilmSentToTheFileStorageIsCompletedOnceAndPlays() throws Exception {
        var lesson = lesson("Direct");
        var film = Files.createTempFile(folder, "film", ".mp4");
        new Ffmpeg(LocalFfmpeg.program()).makeSample(film, 2);
        var begun = begin(lesson, "video/mp4", Files.size(film)).is(201);
        var id = begun.text("/id");
        complete(id).is(409);
        assertEquals(200, put(begun, BodyPublishers.ofFile(film)));
        try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Answer> completion = () -> complete(id);
            for (var each : both.invokeAll(List.of(completion, completion))) {
                assertEquals(id, each.get().is(202).text("/video/id"));
            }
        }
        app.runJobs();
        assertEquals("ready", admin.get("/api/videos/" + id).text("/status"));
        var again = complete(id);
        assertEquals(id, again.text("/video/id"));
        assertEquals(Files.size(film), again.at("/video/bytes").asLong());
        assertTrue(again.at("/video/sha256").isMissingNode());
        assertEquals(0, app.count("SELECT count(*) FROM uploads WHERE id = '%s'".formatted(id)));
        var next = begun(lesson);
        put(next, BodyPublishers.ofByteArray(new byte[1000]));
        complete(next.text("/id")).is(202);
        complete(id).is(404); // it was replaced
        app.execute("UPDATE jobs SET execution_time = execution_time - interval '1 day'");
        app.runJobs();
        assertFalse(isStored(id));
    }

    @Test
    void theFileStorageRefusesWhatWasNotAnnounced() throws Exception {
        var begun = begun(lesson("Announced"));
        assertEquals(403, put(begun, BodyPublishers.ofByteArray(new byte[1001])));
        assertEquals(403, put(begun, BodyPublishers.ofByteArray(new byte[999])));
        assertEquals(403, put(begun, "text/html", BodyPublishers.ofByteArray(new byte[1000])));
        var id = begun.text("/id");
        assertFalse(isStored(id));
        complete(id).is(409);
        assertEquals(200, put(begun, BodyPublishers.ofByteArray(new byte[1000])));
        assertTrue(isStored(id));
        complete(id).is(202);
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
        begin(lesson("Checked %s %d".formatted(type, bytes)), type, bytes).is(status);
    }

    @Test
    void theServiceWorkerMaySendFilesToTheFileStorage() throws Exception {
        var script = app.anyone().request("/assets/any/videos/upload-worker.js").build();
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
        var uploads = "/api/lessons/" + lesson + "/video/uploads";
        var completion = "/api/uploads/" + begun(lesson).text("/id") + "/completion";
        admin.post(uploads, "{}").is(422);
        begin(NO_ID, "video/mp4", 1000).is(404);
        complete(NO_ID).is(404);
    }

    @Test
    void anUploadThatNobodyCompletedIsSwept() throws Exception {
        var lesson = lesson("Abandoned");
        var old = begun(lesson);
        var young = begun(lesson);
        for (var each : List.of(old, young)) put(each, BodyPublishers.ofByteArray(new byte[1000]));
        var oldId = old.text("/id");
        app.execute("UPDATE uploads SET created_at = now() - interval '25 hours' WHERE id = '%s'".formatted(oldId));
        app.tick("uploads");
        app.runJobs();
        assertFalse(isStored(oldId));
        complete(oldId).is(404);
        complete(young.text("/id")).is(202);
    }

    @Test
    void withoutFileStorageNothingBegins() {
        try (var bare = RunningAcademy.start()) {
            var lesson = MadeCourse.in(bare, "Bare", 1).lessons().getFirst();
            bare.as("admin@example.com")
                    .post("/api/lessons/" + lesson + "/video/uploads", Map.of("type", "video/mp4", "bytes", 1000))
                    .is(503);
        }
    }
}
