package academy.videos;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.TestServices;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideosTest {
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
        app.close();
    }

    private static HttpResponse<String> put(String lesson, Path film, String... headers) throws IOException {
        var request = app.request("/api/lessons/" + lesson + "/video")
                .header("Content-Type", "video/mp4")
                .header("Cookie", admin)
                .PUT(BodyPublishers.ofFile(film));
        for (var i = 0; i < headers.length; i += 2) request.setHeader(headers[i], headers[i + 1]);
        return app.send(request);
    }

    private static JsonNode await(String video, String status) throws InterruptedException {
        for (var i = 0; i < 1500; i++) {
            var answer = json(app.get("/api/videos/" + video, admin));
            if (answer.get("status").asText().equals(status)) return answer;
            Thread.sleep(20);
        }
        throw new AssertionError(app.get("/api/videos/" + video, admin).body());
    }

    private static String lesson(String title) {
        return MadeCourse.in(app, admin, title, 1).lessons().getFirst();
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
        var made = MadeCourse.in(app, admin, "Film", 1);
        var film = film(6);
        var digest = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(film)));
        var accepted = put(made.lessons().getFirst(), film, "Repr-Digest", "sha-256=:" + digest + ":");
        assertEquals(202, accepted.statusCode(), accepted.body());
        var video = json(accepted).get("video");
        assertEquals("queued", video.get("status").asText());
        assertEquals(Files.size(film), video.get("bytes").asLong());
        var progress = new TreeSet<Integer>();
        JsonNode now;
        do {
            Thread.sleep(10);
            now = json(app.get("/api/videos/" + video.get("id").asText(), admin));
            progress.add(now.get("progress").asInt());
        } while (List.of("queued", "transcoding").contains(now.get("status").asText()));
        assertEquals("ready", now.get("status").asText(), now.toString());
        assertTrue(progress.size() > 2, "it rises: " + progress);
        assertEquals(100, progress.last());
        assertEquals(6, now.get("seconds").asDouble(), 0.2);
        for (var height : new int[] {720, 360}) {
            var probed = probed(now.at("/urls/" + height + "p").asText());
            assertTrue(probed.contains("Video: h264") && probed.contains("x" + height), probed);
            assertTrue(probed.contains("Audio: aac"), probed);
        }
        assertTrue(probed(now.get("poster").asText()).contains("mjpeg"));
        assertEquals(now.at("/urls/720p"), now.get("url"));
        var lesson = json(app.get("/api/courses/" + made.course())).at("/lessons/0/video");
        assertEquals("ready", lesson.get("status").asText());
        assertOnlyLearnersWatch(made.course(), "/api/videos/" + video.get("id").asText());
    }

    private static void assertOnlyLearnersWatch(String course, String video) {
        assertEquals(401, app.get(video).statusCode());
        app.signUp("viewer@example.com");
        var viewer = app.logIn("viewer@example.com");
        // for learning
        assertEquals(404, app.get(video, viewer).statusCode());
        app.post("/api/courses/" + course + "/enrolment", "", viewer);
        // end
        assertEquals(200, app.get(video, viewer).statusCode());
    }

    @Test
    void whatIsNoVideoFailsWithAPlainReasonAndIsNotTriedAgain() throws Exception {
        var text = Files.writeString(folder.resolve("text.mp4"), "This is no film. ".repeat(1000));
        var id = json(put(lesson("Text"), text)).at("/video/id").asText();
        assertEquals(
                "This file can't be read: Invalid data found when processing input.",
                await(id, "failed").get("reason").asText());
        var cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(Files.readAllBytes(film(2)), 20_000));
        var cutId = json(put(lesson("Cut"), cut)).at("/video/id").asText();
        assertFalse(await(cutId, "failed").get("reason").asText().contains("/"));
        var playlist = Files.writeString(
                folder.resolve("list.m3u8"),
                "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:%d/health\n#EXT-X-ENDLIST\n"
                        .formatted(app.port()));
        var listId = json(put(lesson("List"), playlist)).at("/video/id").asText();
        await(listId, "failed"); // the address in the playlist is not fetched
        assertEquals(0, app.count("SELECT count(*) FROM dead_jobs"));
    }

    @Test
    void anotherUploadReplacesTheFirstAndItsFilesGo() throws Exception {
        var lesson = lesson("Replaced");
        var first = json(put(lesson, film(1))).at("/video/id").asText();
        await(first, "ready");
        var before = new TreeSet<>(filesOfVideos());
        var second = json(put(lesson, film(2))).at("/video/id").asText();
        assertEquals(404, app.get("/api/videos/" + first, admin).statusCode());
        await(second, "ready");
        for (var i = 0; i < 250 && filesOfVideos().size() > before.size(); i++) Thread.sleep(20);
        assertEquals(before.size(), filesOfVideos().size());
        assertFalse(before.containsAll(filesOfVideos()));
    }

    @Test
    void badUploadsAreRefusedAndLeaveNothing() throws Exception {
        var lesson = lesson("Refused");
        var film = film(1);
        var before = filesOfVideos();
        assertEquals(
                422,
                put(lesson, film, "Repr-Digest", "sha-256=:" + "A".repeat(43) + "=:")
                        .statusCode());
        assertEquals(415, put(lesson, film, "Content-Type", "text/plain").statusCode());
        assertEquals(400, put(lesson, Files.createFile(folder.resolve("empty"))).statusCode());
        assertEquals(404, put("00000000-0000-7000-8000-000000000000", film).statusCode());
        var large = Files.write(folder.resolve("large"), new byte[20_000_001]);
        assertEquals(413, put(lesson, large).statusCode());
        var unknownLength = app.request("/api/lessons/" + lesson + "/video")
                .header("Content-Type", "video/mp4")
                .header("Cookie", admin)
                .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[1000])));
        assertEquals(411, app.send(unknownLength).statusCode());
        app.signUp("uploader@example.com");
        assertEquals(
                403,
                put(lesson, film, "Cookie", app.logIn("uploader@example.com")).statusCode());
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
                    """.formatted(lesson, admin).getBytes(StandardCharsets.US_ASCII));
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
            var cookie = bare.admin();
            var lesson = MadeCourse.in(bare, cookie, "Bare", 1).lessons().getFirst();
            var request = bare.request("/api/lessons/" + lesson + "/video")
                    .header("Content-Type", "video/mp4")
                    .header("Cookie", cookie)
                    .PUT(BodyPublishers.ofByteArray(new byte[1000]));
            var answer = bare.send(request);
            assertEquals(503, answer.statusCode());
            assertEquals(
                    "No file storage is attached.", json(answer).get("detail").asText());
            assertEquals(200, bare.get("/health/ready").statusCode());
        }
    }

    @Test
    void withoutFfmpegAFilmWaitsAndThePagesSaySo() throws Exception {
        try (var poor = RunningAcademy.withFiles(Map.of(
                "FFMPEG",
                "/nowhere/ffmpeg",
                "REDIS_URL",
                TestServices.shared().redis().url() + "/1"))) {
            var cookie = poor.admin();
            var course = MadeCourse.in(poor, cookie, "Poor", 1);
            var lesson = course.lessons().getFirst();
            poor.startWorker();
            var answer = poor.send(poor.request("/api/lessons/" + lesson + "/video")
                    .header("Content-Type", "video/mp4")
                    .header("Cookie", cookie)
                    .PUT(BodyPublishers.ofFile(film(1))));
            assertEquals(202, answer.statusCode(), answer.body());
            for (var i = 0; i < 100 && !queue(poor, cookie).has("taken"); i++) Thread.sleep(100);
            assertFalse(queue(poor, cookie).get("taken").asBoolean());
            assertEquals(1, queue(poor, cookie).get("waiting").asInt());
            assertTrue(poor.get("/status", cookie).body().contains("no worker takes it"));
            assertTrue(poor.get("/lessons/" + lesson, cookie).body().contains("The film waits to be prepared."));
        }
    }

    private static JsonNode queue(RunningAcademy app, String admin) {
        for (var queue : json(app.get("/api/status", admin)).get("queues")) {
            if (queue.get("type").asText().equals("TranscodeVideo")) return queue;
        }
        return MissingNode.getInstance();
    }

    @Test
    void withFileStorageAwayUploadsGet503AndReadinessIsDegraded() throws Exception {
        var away = Map.of("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + dev.Machine.freePort());
        try (var lonely = RunningAcademy.withFiles(away)) {
            var cookie = lonely.admin();
            var lesson = MadeCourse.in(lonely, cookie, "Lonely", 1).lessons().getFirst();
            var answer = lonely.send(lonely.request("/api/lessons/" + lesson + "/video")
                    .header("Content-Type", "video/mp4")
                    .header("Cookie", cookie)
                    .PUT(BodyPublishers.ofByteArray(new byte[100_000])));
            assertEquals(503, answer.statusCode());
            var ready = lonely.get("/health/ready");
            assertEquals(200, ready.statusCode());
            assertEquals("degraded", json(ready).get("status").asText());
            assertEquals("away", json(ready).at("/resources/files/status").asText());
        }
    }
}
