package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Factor VI: an upload passes through web, and web keeps nothing of it. */
@Tag("long")
class UploadIT {
    private static final int BYTES = 1_000_000_000;

    private final TestServices services = TestServices.shared();

    @Test
    void aGigabyteGoesThroughASmallHeapAndNothingStaysOnTheDisk(@TempDir Path temporary) throws Exception {
        var settings = services.settings(services.newDatabase());
        settings.putAll(services.s3().settings());
        var java = List.of("-Xmx128m", "-Djava.io.tmpdir=" + temporary, "-jar", App.JAR.toString());
        try (var admin = App.start(settings, "task", "create-admin", "root@example.com", "Root")
                .input("correct horse battery\n")) {
            assertEquals(0, admin.exitCode());
        }
        try (var web = App.start(settings, java, "web");
                var client = HttpClient.newHttpClient()) {
            var app = new Client(client, "http://127.0.0.1:" + web.port());
            app.logIn("root@example.com", "correct horse battery");
            var course = app.post("/api/courses", "{\"title\": \"Large\"}");
            var lesson = app.post("/api/courses/" + course + "/lessons", "{\"title\": \"Large\"}");
            var before = written(web);
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
            assertTrue(written(web) - before < 1_000_000, "bytes written to disk: " + (written(web) - before));
            try (var files = Files.list(temporary)) {
                assertEquals(
                        List.of(),
                        files.filter(file -> !file.endsWith("hsperfdata_root")).toList());
            }
        }
    }

    /** The bytes that web wrote to disk, as Linux counts them. It is 0 elsewhere: only the folder is checked. */
    private static long written(App web) throws Exception {
        var io = Path.of("/proc/%d/io".formatted(web.pid()));
        if (!Files.exists(io)) return 0;
        return Files.readAllLines(io).stream()
                .filter(line -> line.startsWith("write_bytes"))
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

        private String post(String path, String body) throws Exception {
            var request = HttpRequest.newBuilder(URI.create(address + path))
                    .header("Content-Type", "application/json")
                    .header("Cookie", cookie)
                    .POST(BodyPublishers.ofString(body));
            var answer = client.send(request.build(), BodyHandlers.ofString());
            return new ObjectMapper().readTree(answer.body()).get("id").asText();
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
