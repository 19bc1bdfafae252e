package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.videos.LocalFfmpeg;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.TestServices;
import dozen.security.Signer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Factor VI: web keeps nothing of an upload that passes through it, and sees nothing of one that does not. */
@Tag("long")
class UploadIT {
    private static final int BYTES = 1_000_000_000;
    /** The size of the film that is sent straight to the file storage. */
    private static final int DIRECT_BYTES = Integer.getInteger("upload.megabytes", 20) * 1_000_000;

    private final TestServices services = TestServices.shared();

    private Map<String, String> settings() throws Exception {
        var settings = services.settings(services.newDatabase());
        settings.putAll(services.s3().settings());
        settings.put("FFMPEG", LocalFfmpeg.program());
        try (var admin = App.start(settings, "task", "create-admin", "root@example.com", "Root")
                .input("correct horse battery\n")) {
            assertEquals(0, admin.exitCode());
        }
        return settings;
    }

    @Test
    void aGigabyteGoesThroughASmallHeapAndNothingStaysOnTheDisk(@TempDir Path temporary) throws Exception {
        var settings = settings();
        var java = List.of("-Xmx128m", "-Djava.io.tmpdir=" + temporary, "-jar", App.JAR.toString());
        try (var web = App.start(settings, java, "web");
                var client = HttpClient.newHttpClient()) {
            var app = new Client(client, "http://127.0.0.1:" + web.port());
            var lesson = app.lesson();
            var before = counter(web, "write_bytes");
            var readBefore = counter(web, "rchar");
            var source = new Source();
            var request = HttpRequest.newBuilder(URI.create(app.address + "/api/lessons/" + lesson + "/video"))
                    .header("Cookie", app.cookie)
                    .header("Content-Type", "video/mp4")
                    .PUT(BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> source), BYTES))
                    .build();
            var start = System.nanoTime();
            var answer = client.send(request, BodyHandlers.ofString());
            System.out.printf("1 GB uploaded at %.0f MB/s%n", BYTES * 1e3 / (System.nanoTime() - start));
            assertEquals(202, answer.statusCode(), answer.body() + web.out());
            var video = new ObjectMapper().readTree(answer.body()).get("video");
            assertEquals(BYTES, video.get("bytes").asInt());
            assertEquals(
                    HexFormat.of().formatHex(source.digest.digest()),
                    video.get("sha256").asText());
            assertTrue(
                    counter(web, "write_bytes") - before < 1_000_000,
                    "bytes written to disk: " + (counter(web, "write_bytes") - before));
            // The counter that the other test relies on sees what arrives.
            if (readBefore > 0) assertTrue(counter(web, "rchar") - readBefore >= BYTES);
            try (var files = Files.list(temporary)) {
                assertEquals(
                        List.of(),
                        files.filter(file -> !file.endsWith("hsperfdata_root")).toList());
            }
        }
    }

    @Test
    void aFilmSentStraightToTheFileStorageDoesNotTouchWeb(@TempDir Path temporary) throws Exception {
        var settings = settings();
        var film = temporary.resolve("film.mp4");
        LocalFfmpeg.makeLargeFilm(film, DIRECT_BYTES);
        try (var web = App.start(settings, "web");
                var _ = App.start(settings, "worker");
                var client = HttpClient.newHttpClient()) {
            var app = new Client(client, "http://127.0.0.1:" + web.port());
            var lesson = app.lesson();
            var before = counter(web, "rchar");
            var start = System.nanoTime();
            var begun = app.send("POST", "/api/lessons/" + lesson + "/video/uploads", """
                    {"type": "video/mp4", "bytes": %d}""".formatted(Files.size(film)));
            var put = HttpRequest.newBuilder(URI.create(begun.get("url").asText()))
                    .header("Content-Type", begun.at("/headers/Content-Type").asText())
                    .PUT(BodyPublishers.ofFile(film));
            assertEquals(200, client.send(put.build(), BodyHandlers.ofString()).statusCode());
            var id = begun.get("id").asText();
            var video =
                    app.send("PUT", "/api/uploads/" + id + "/completion", "").get("video");
            var seconds = (System.nanoTime() - start) / 1e9;
            var read = counter(web, "rchar") - before;
            assertEquals(Files.size(film), video.get("bytes").asLong());
            assertTrue(read < 1_000_000, "bytes that web read: " + read);
            while (List.of("queued", "transcoding").contains(video.get("status").asText())) {
                Thread.sleep(100);
                video = app.send("GET", "/api/videos/" + id, "");
            }
            assertEquals("ready", video.get("status").asText(), video.toString());
            System.out.printf(
                    "%d bytes sent straight to the file storage in %.1f s, of which web read %d; ready after %.1f s%n",
                    Files.size(film), seconds, read, (System.nanoTime() - start) / 1e9);
        }
    }

    /** A counter of Linux of a process: the bytes that it wrote to disk, or read from files and connections. Else 0. */
    private static long counter(App web, String name) throws Exception {
        var io = Path.of("/proc/%d/io".formatted(web.pid()));
        if (!Files.exists(io)) return 0;
        return Files.readAllLines(io).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.split(" ")[1]))
                .sum();
    }

    private static final class Client {
        private final HttpClient client;
        private final String address;
        private String cookie = "";

        private Client(HttpClient client, String address) {
            this.client = client;
            this.address = address;
        }

        private void logIn(String email, String password) throws Exception {
            var request = HttpRequest.newBuilder(URI.create(address + "/api/sessions"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(
                            "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password)));
            var answer = client.send(request.build(), BodyHandlers.ofString());
            cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
        }

        private JsonNode send(String method, String path, String body) throws Exception {
            var request = HttpRequest.newBuilder(URI.create(address + path))
                    .header("Content-Type", "application/json")
                    .header("Cookie", cookie)
                    .method(method, BodyPublishers.ofString(body));
            return new ObjectMapper()
                    .readTree(client.send(request.build(), BodyHandlers.ofString())
                            .body());
        }

        /** Logs in, and makes a course with a lesson; returns the lesson's id. */
        private String lesson() throws Exception {
            logIn("root@example.com", "correct horse battery");
            var course = send("POST", "/api/courses", "{\"title\": \"Large\"}")
                    .get("id")
                    .asText();
            return send("POST", "/api/courses/" + course + "/lessons", "{\"title\": \"Large\"}")
                    .get("id")
                    .asText();
        }
    }

    /** Bytes that are cheap to make and not all the same. */
    private static final class Source extends InputStream {
        private final MessageDigest digest = Signer.sha256();
        private int left = BYTES;

        @Override
        public int read() {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int from, int max) {
            if (left == 0) return -1;
            var count = Math.min(max, left);
            for (var i = 0; i < count; i += 64) buffer[from + i] = (byte) (left - i >> 6);
            digest.update(buffer, from, count);
            left -= count;
            return count;
        }
    }
}
