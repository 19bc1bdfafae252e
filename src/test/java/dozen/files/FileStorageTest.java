package dozen.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.Machine;
import dev.TestServices;
import dozen.config.Env;
import dozen.config.WebAddress;
import dozen.services.ServiceUnavailable;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileStorageTest {
    private static FileStorage.Settings bucket() {
        var settings = TestServices.shared().s3().settings();
        return bucket(settings.get("AWS_ENDPOINT_URL_S3"), settings.get("AWS_SECRET_ACCESS_KEY"), null);
    }

    private static FileStorage.Settings bucket(String endpoint, String key, String token) {
        var settings = new HashMap<>(TestServices.shared().s3().settings());
        settings.putAll(Map.of("AWS_ENDPOINT_URL_S3", endpoint, "AWS_SECRET_ACCESS_KEY", key));
        if (token != null) settings.put("AWS_SESSION_TOKEN", token);
        return FileStorage.Settings.read(new Env(settings)).orElseThrow();
    }

    private final String name = "test/%s with a blank & more".formatted(UUID.randomUUID());
    private final FileStorage files = new FileStorage(bucket());

    private static byte[] read(FileStorage files, String name) throws IOException {
        var copy = Files.createTempFile("stored", null);
        try {
            files.download(name, copy);
            return Files.readAllBytes(copy);
        } finally {
            Files.delete(copy);
        }
    }

    @Test
    void keepsAndGivesBackEveryByte(@TempDir Path folder) throws IOException {
        var bytes = new byte[3_000_001];
        new Random(1).nextBytes(bytes);
        files.put(name, "application/octet-stream", bytes.length, new ByteArrayInputStream(bytes));
        assertArrayEquals(bytes, read(files, name));
        files.download(name, folder.resolve("copy"));
        assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("copy")));
        files.put(name, "text/plain", new byte[0]);
        assertEquals(0, read(files, name).length);
        files.delete(name);
        files.delete(name);
        assertThrows(FileNotFoundException.class, () -> read(files, name));
    }

    @ParameterizedTest
    @ValueSource(ints = {-600, -30, 0, 30, 600})
    void aClockThatIsWrongBySecondsOrMinutesDoesNotMatter(int seconds) throws IOException {
        var skewed = new FileStorage(bucket(), Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds)));
        skewed.put(name, "text/plain", "text".getBytes(StandardCharsets.UTF_8));
        assertEquals(4, read(skewed, name).length);
        skewed.ping();
        skewed.delete(name);
    }

    @ParameterizedTest
    @CsvSource({
        "s3proxy.service-path=/objects, http://127.0.0.1:%d/objects",
        "s3proxy.virtual-host=s3.example, http://localhost:%d" // the whole host is the bucket's name
    })
    void anEndpointMayHaveAPathOrTheBucketInItsHost(String setting, String endpoint) throws IOException {
        var folder = "styles/" + setting.hashCode();
        Files.createDirectories(Path.of("target/services", folder, "files/localhost"));
        try (var s3 = TestServices.startS3(folder, setting)) {
            var settings = s3.settings();
            var port = URI.create(settings.get("AWS_ENDPOINT_URL_S3")).getPort();
            var styled = new FileStorage(bucket(endpoint.formatted(port), settings.get("AWS_SECRET_ACCESS_KEY"), null));
            styled.ping();
            styled.put(name, "text/plain", new byte[10]);
            assertEquals(10, styled.size(name));
            assertEquals(10, read(styled, name).length);
            styled.delete(name);
            assertEquals(-1, styled.size(name));
        }
    }

    @Test
    void temporaryCredentialsGoAlong() {
        var link = new FileStorage(bucket("http://127.0.0.1:1", "key", "the token")).link(name, Duration.ofMinutes(1));
        assertTrue(link.getRawQuery().contains("X-Amz-Security-Token=the%20token"), link.toString());
    }

    @Test
    void aHostWithAnUnderscoreIsAsked() {
        var storage = new FileStorage(bucket("http://my_minio:9000/", "key", null));
        assertTrue(storage.link("a", Duration.ofMinutes(1)).toString().startsWith("http://my_minio:9000/academy/a?"));
        var away = assertThrows(ServiceUnavailable.class, () -> read(storage, "a"));
        assertTrue(away.getMessage().startsWith("S3 at my_minio:9000 is away"), away.getMessage());
    }

    @Test
    void aWrongKeyIsRefusedAndAMissingServerIsUnavailable() throws IOException {
        var endpoint = TestServices.shared().s3().settings().get("AWS_ENDPOINT_URL_S3");
        var stranger = new FileStorage(bucket(endpoint, "another key", null));
        var refused = assertThrows(ServiceUnavailable.class, () -> read(stranger, name));
        assertTrue(refused.getMessage().contains("refuses us: 403 SignatureDoesNotMatch"), refused.getMessage());
        assertThrows(ServiceUnavailable.class, stranger::ping);
        var nowhere = new FileStorage(bucket("http://127.0.0.1:" + Machine.freePort(), "key", null));
        var away = assertThrows(ServiceUnavailable.class, () -> nowhere.put(name, "text/plain", new byte[100_000]));
        assertTrue(away.getMessage().contains("is away"), away.getMessage());
    }

    @Test
    void aFaultOfThisMachineIsNotTheServers(@TempDir Path folder) throws IOException {
        files.put(name, "text/plain", new byte[10]);
        assertThrows(NoSuchFileException.class, () -> files.download(name, folder.resolve("none/file")));
        files.delete(name);
    }

    @Test
    void aBodyThatEndsEarlyOrFailsLeavesNoFile() {
        var ended = assertThrows(
                IOException.class,
                () -> files.put(name, "text/plain", 1_000_000, new ByteArrayInputStream(new byte[400_000])));
        assertEquals("the body ended after 400000 of 1000000 bytes", ended.getMessage());
        var failing = new InputStream() {
            private int read;

            @Override
            public int read() throws IOException {
                if (++read > 100_000) throw new IOException("the sender went away");
                return 1;
            }
        };
        var failed = assertThrows(IOException.class, () -> files.put(name, "text/plain", 1_000_000, failing));
        assertEquals("the sender went away", failed.getMessage());
        assertThrows(FileNotFoundException.class, () -> read(files, name));
    }

    @ParameterizedTest
    @CsvSource({
        "403, AccessDenied, true",
        "404, NoSuchKey, true",
        "403, InvalidAccessKeyId, false",
        "403, RequestTimeTooSkewed, false",
        "403, ExpiredToken, false",
        "404, NoSuchBucket, false",
        "503, SlowDown, false",
        "500, InternalError, false"
    })
    void pingFailsOnlyWhenTheServiceIsUnusable(int status, String code, boolean well) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var body = "<Error><Code>%s</Code></Error>".formatted(code).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            var storage = new FileStorage(
                    bucket("http://127.0.0.1:" + server.getAddress().getPort(), "key", null));
            if (well) assertDoesNotThrow(storage::ping);
            else assertThrows(ServiceUnavailable.class, storage::ping);
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK|Content-Length: 1000||0123456789",
                "HTTP/1.1 200 OK|Content-Length: 1000||",
                "HTTP/1.1 200 OK|Content-Length: 1000|",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||A|0123456789|",
                "HTTP/1.1 200 OK|Conte",
                "HTTP/1.",
                ""
            })
    void anAnswerThatIsCutOffIsNoFile(String answer, @TempDir Path folder) throws Exception {
        try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var serving = Thread.ofVirtual().start(() -> cutOff(server, answer.replace("|", "\r\n")));
            var storage = new FileStorage(bucket("http://127.0.0.1:" + server.getLocalPort(), "key", null));
            assertThrows(ServiceUnavailable.class, () -> read(storage, name));
            assertThrows(ServiceUnavailable.class, () -> storage.download(name, folder.resolve("file")));
            server.close();
            serving.join();
        }
    }

    private static void cutOff(ServerSocket server, String answer) {
        while (true) {
            try (var socket = server.accept()) {
                socket.getInputStream().read(new byte[10_000]);
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    @Test
    void amazonsOwnAddressHasTheBucketInItsHost() {
        var settings = Map.of(
                "S3_BUCKET",
                "files",
                "AWS_REGION",
                "eu-west-1",
                "AWS_ACCESS_KEY_ID",
                "x",
                "AWS_SECRET_ACCESS_KEY",
                "x");
        var bucket = FileStorage.Settings.read(new Env(settings)).orElseThrow();
        assertEquals(WebAddress.base("https://files.s3.eu-west-1.amazonaws.com"), bucket.address());
    }
}
