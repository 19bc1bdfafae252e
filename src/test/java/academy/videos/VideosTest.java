package academy.videos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.TestServices;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideosTest {
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
        app.close();
    }

    private static Answer upload(TestClient caller, String lesson, Path film, String... headers) throws IOException {
        var request = caller.request("/api/lessons/" + lesson + "/video")
                .header("Content-Type", "video/mp4")
                .PUT(BodyPublishers.ofFile(film));
        for (var i = 0; i < headers.length; i += 2) request.setHeader(headers[i], headers[i + 1]);
        return caller.send(request);
    }

    /** Uploads a film; returns its path in the API once it is transcoded or refused. */
    private static String prepared(String lesson, Path film) throws IOException {
        var id = upload(admin, lesson, film).is(202).text("/video/id");
        app.runJobs();
        return "/api/videos/" + id;
    }

    private static String lesson(String title) {
        return MadeCourse.in(app, title, 1).lessons().getFirst();
    }

    private static Path film(int seconds) throws Exception {
        var film = Files.createTempFile(folder, "film", ".mp4");
        new Ffmpeg(LocalFfmpeg.program()).makeSample(film, seconds);
        return film;
    }

    private static List<String> filesOfVideos() throws IOException {
        return TestServices.shared().s3().files().stream()
                .filter(name -> name.startsWith("videos/"))
                .toList();
    }

    /** Downloads a file; returns ffmpeg's own description of it, with the height and the codecs. */
    private static String probed(String address) throws Exception {
        var file = Files.createTempFile(folder, "downloaded", "");
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofFile(file));
            assertEquals(200, answer.statusCode());
        }
        var process = new ProcessBuilder(LocalFfmpeg.program(), "-hide_banner", "-i", file.toString())
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void anUploadBecomesTwoRenditionsThatPlay() throws Exception {
        var made = MadeCourse.in(app, "Film", 1);
        var film = film(6);
        var digest = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(film)));
        var accepted = upload(admin, made.lessons().getFirst(), film, "Repr-Digest", "sha-256=:" + digest + ":");
        assertEquals("queued", accepted.is(202).text("/video/status"));
        assertEquals(Files.size(film), accepted.at("/video/bytes").asLong());
        var path = "/api/videos/" + accepted.text("/video/id");
        var progress = new TreeSet<Integer>();
        var running = CompletableFuture.runAsync(app::runJobs, Thread::startVirtualThread);
        while (!running.isDone()) {
            progress.add(admin.get(path).at("/progress").asInt());
            Thread.sleep(10);
        }
        running.join();
        var video = admin.get(path);
        assertEquals("ready", video.text("/status"), video.body());
        assertTrue(progress.size() > 2, "it rises: " + progress);
        assertEquals(100, video.at("/progress").asInt());
        assertEquals(6, video.at("/seconds").asDouble(), 0.2);
        for (var height : new int[] {720, 360}) {
            var probed = probed(video.text("/urls/" + height + "p"));
            assertTrue(probed.contains("Video: h264") && probed.contains("x" + height), probed);
            assertTrue(probed.contains("Audio: aac"), probed);
        }
        assertTrue(probed(video.text("/poster")).contains("mjpeg"));
        assertEquals(video.at("/urls/720p"), video.at("/url"));
        assertEquals("ready", app.get("/api/courses/" + made.course()).text("/lessons/0/video/status"));
        app.get(path).is(401);
        var viewer = app.as("viewer@example.com");
        // for learning
        viewer.get(path).is(404);
        viewer.post("/api/courses/" + made.course() + "/enrolment").is(201);
        // end
        viewer.get(path).is(200);
    }

    @Test
    void whatIsNoVideoFailsWithAPlainReasonAndIsNotTriedAgain() throws Exception {
        var text = Files.writeString(folder.resolve("text.mp4"), "This is no film. ".repeat(1000));
        assertEquals(
                "This file can't be read: Invalid data found when processing input.",
                reason(prepared(lesson("Text"), text)));
        var cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(Files.readAllBytes(film(2)), 20_000));
        assertFalse(reason(prepared(lesson("Cut"), cut)).contains("/"));
        var playlist = Files.writeString(
                folder.resolve("list.m3u8"),
                "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:%d/health\n#EXT-X-ENDLIST\n"
                        .formatted(app.port()));
        reason(prepared(lesson("List"), playlist)); // the address in the playlist is not fetched
    }

    private static String reason(String path) {
        var answer = admin.get(path);
        assertEquals("failed", answer.text("/status"));
        return answer.text("/reason");
    }

    @Test
    void anotherUploadReplacesTheFirstAndItsFilesGo() throws Exception {
        var lesson = lesson("Replaced");
        var first = prepared(lesson, film(1));
        assertEquals("ready", admin.get(first).text("/status"));
        var second = prepared(lesson, film(2));
        admin.get(first).is(404);
        assertEquals("ready", admin.get(second).text("/status"));
        assertEquals(4, filesOf(first).size()); // somebody may be watching
        aDayLater();
        assertEquals(List.of(), filesOf(first));
        assertEquals(4, filesOf(second).size());
    }

    private static void aDayLater() {
        app.execute("UPDATE jobs SET execution_time = execution_time - interval '1 day'");
        app.runJobs();
    }

    private static List<String> filesOf(String path) throws IOException {
        var id = path.substring(path.lastIndexOf('/'));
        return filesOfVideos().stream().filter(name -> name.contains(id)).toList();
    }

    @Test
    void badUploadsAreRefusedAndLeaveNothing() throws Exception {
        var lesson = lesson("Refused");
        var film = film(1);
        var before = filesOfVideos();
        upload(admin, lesson, film, "Repr-Digest", "sha-256=:" + "A".repeat(43) + "=:")
                .is(422);
        upload(admin, lesson, film, "Content-Type", "text/plain").is(415);
        upload(admin, lesson, Files.createFile(folder.resolve("empty"))).is(400);
        upload(admin, "00000000-0000-7000-8000-000000000000", film).is(404);
        var large = Files.write(folder.resolve("large"), new byte[20_000_001]);
        upload(admin, lesson, large).is(413);
        var unknownLength = admin.request("/api/lessons/" + lesson + "/video")
                .header("Content-Type", "video/mp4")
                .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[1000])));
        admin.send(unknownLength).is(411);
        upload(app.as("uploader@example.com"), lesson, film).is(403);
        app.runJobs(); // one of them deletes the file that did not match its digest
        assertEquals(before, filesOfVideos());
    }

    @Test
    void aSenderThatStopsHalfWayLeavesNoFileAndNoRow() throws Exception {
        var lesson = lesson("Half");
        var before = filesOfVideos();
        try (var socket = new Socket("127.0.0.1", app.port())) {
            var out = socket.getOutputStream();
            out.write("""
                    PUT /api/lessons/%s/video HTTP/1.1\r
                    Host: localhost\r
                    Cookie: %s\r
                    Content-Type: video/mp4\r
                    Content-Length: 10000000\r
                    \r
                    """.formatted(lesson, admin.headers().get("Cookie")).getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[3_000_000]);
            out.flush();
            Thread.sleep(300);
        }
        for (var i = 0; i < 500 && !before.equals(filesOfVideos()); i++) Thread.sleep(20); // until the server notices
        assertEquals(before, filesOfVideos());
        assertEquals(0, app.count("SELECT count(*) FROM videos WHERE lesson_id = '%s'".formatted(lesson)));
    }

    @Test
    void withoutFileStorageTheRestWorksAndUploadsSayWhy() throws Exception {
        try (var bare = RunningAcademy.start()) {
            var lesson = MadeCourse.in(bare, "Bare", 1).lessons().getFirst();
            var answer = upload(bare.as("admin@example.com"), lesson, film(1)).is(503);
            assertEquals("No file storage is attached.", answer.text("/detail"));
            bare.get("/health/ready").is(200);
        }
    }

    @Test
    void withoutFfmpegAFilmWaitsAndThePagesSaySo() throws Exception {
        try (var poor = RunningAcademy.withFiles(Map.of(
                "FFMPEG",
                "/nowhere/ffmpeg",
                "REDIS_URL",
                TestServices.shared().redis().url() + "/1"))) {
            var owner = poor.as("admin@example.com");
            var lesson = MadeCourse.in(poor, "Poor", 1).lessons().getFirst();
            poor.startWorker();
            upload(owner, lesson, film(1)).is(202);
            TestApp.await("the film in the status", () -> queue(owner).has("taken"));
            assertFalse(queue(owner).get("taken").asBoolean());
            assertEquals(1, queue(owner).get("waiting").asInt());
            assertTrue(owner.get("/status").body().contains("no worker takes it"));
            assertTrue(owner.get("/lessons/" + lesson).body().contains("The film waits to be prepared."));
        }
    }

    private static JsonNode queue(TestClient admin) {
        for (var queue : admin.get("/api/status").at("/queues")) {
            if (queue.get("type").asText().equals("TranscodeVideo")) return queue;
        }
        return MissingNode.getInstance();
    }

    @Test
    void withFileStorageAwayUploadsGet503AndReadinessIsDegraded() throws Exception {
        var away = Map.of("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + dev.Machine.freePort());
        try (var lonely = RunningAcademy.withFiles(away)) {
            var lesson = MadeCourse.in(lonely, "Lonely", 1).lessons().getFirst();
            upload(lonely.as("admin@example.com"), lesson, film(1)).is(503);
            var ready = lonely.get("/health/ready").is(200);
            assertEquals("degraded", ready.text("/status"));
            assertEquals("away", ready.text("/resources/files/status"));
        }
    }
}
