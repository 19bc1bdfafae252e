package dozen.pages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dozen.config.WebAddress;
import dozen.domain.Caller;
import dozen.http.Access;
import dozen.http.Server;
import dozen.services.Health;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which responses are compressed, and which are answered with 304 to a browser that has them. */
class CompressionTest {
    private static final byte[] SOUND = new byte[10_000];

    private static final HttpClient client = HttpClient.newHttpClient();
    private static final Layout layout = new Layout("Test");
    private static volatile String title = "First";
    private static Server server;
    private static String assets;

    @BeforeAll
    static void start() throws Exception {
        for (var i = 0; i < SOUND.length; i++) SOUND[i] = (byte) (i / 100);
        var settings = new Server.Settings(
                0, WebAddress.base("http://localhost"), 10, Duration.ofSeconds(5), 0, Duration.ofSeconds(5));
        server = new Server(settings, new Health(), layout::problem, routes -> {
                    routes.authenticateBy(context -> Optional.ofNullable(context.header("Viewer"))
                            .map(name -> new Caller(new UUID(0, 1), name, false)));
                    routes.get(
                            "/text/{size}",
                            Access.PUBLIC,
                            context -> context.contentType(context.queryParam("type"))
                                    .result("a".repeat(Integer.parseInt(context.pathParam("size")))));
                    routes.get(
                            "/sound",
                            Access.PUBLIC,
                            context -> context.writeSeekableStream(
                                    new ByteArrayInputStream(SOUND), "audio/ogg", SOUND.length));
                    routes.page(
                            "/page", Access.PUBLIC, context -> layout.answerCacheable(context, "", title, Map.of()));
                    routes.form("/page", Access.PUBLIC, context -> layout.answer(context, "", title, Map.of()));
                    layout.register(routes);
                })
                .start();
        var page = new String(send("GET", "/").body());
        assets = page.replaceAll("(?s).*(/assets/[0-9a-f]{8})/style\\.css.*", "$1");
    }

    @AfterAll
    static void stop() {
        server.close();
        client.close();
    }

    private static HttpResponse<byte[]> send(String method, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                .method(method, BodyPublishers.noBody());
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return String.join(" and ", answer.headers().allValues(name));
    }

    private static byte[] plain(HttpResponse<byte[]> answer) throws IOException {
        if (header(answer, "Content-Encoding").isEmpty()) return answer.body();
        return new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /text/1023?type=text/plain,         gzip,                       ''
            /text/1024?type=text/plain,         gzip,                       gzip
            /text/100000?type=text/html,        'gzip, deflate, br, zstd',  gzip
            /text/9000?type=application/json,   'br, gzip',                 gzip
            /text/9000?type=text/html,          br,                         ''
            /text/9000?type=text/html,          'gzip;q=0',                 ''
            /text/9000?type=text/html,          identity,                   ''
            /text/9000?type=text/html,          '*',                        ''
            /text/9000?type=text/html,          '',                         ''
            /text/9000?type=image/png,          gzip,                       ''
            /text/9000?type=audio/ogg,          gzip,                       ''
            /text/9000?type=image/svg%2Bxml,    gzip,                       gzip
            /health,                            gzip,                       ''
            ASSETS/style.css,                   gzip,                       gzip
            ASSETS/style.css,                   'gzip;q=0, br',             ''
            ASSETS/dozen/icon.svg,              'deflate, gzip',            gzip
            """)
    void largeTextIsCompressedForWhoAcceptsIt(String path, String accepted, String encoding) throws Exception {
        var target = path.replace("ASSETS", assets);
        var answer = send("GET", target, "Accept-Encoding", accepted);
        assertEquals(200, answer.statusCode());
        assertEquals(encoding, header(answer, "Content-Encoding"));
        assertEquals("Accept-Encoding", header(answer, "Vary"));
        assertArrayEquals(send("GET", target).body(), plain(answer));
        var head = send("HEAD", target, "Accept-Encoding", accepted);
        assertEquals(200, head.statusCode());
        assertEquals(0, head.body().length);
        for (var name : new String[] {"Content-Encoding", "Content-Type", "ETag", "Vary"}) {
            assertEquals(header(answer, name), header(head, name), name);
        }
    }

    @Test
    void aSoundAndItsPartsAreNotCompressed() throws Exception {
        var whole = send("GET", "/sound", "Accept-Encoding", "gzip");
        assertEquals(200, whole.statusCode());
        assertEquals("10000", header(whole, "Content-Length"));
        assertArrayEquals(SOUND, whole.body());
        var part = send("GET", "/sound", "Accept-Encoding", "gzip", "Range", "bytes=9000-");
        assertEquals(206, part.statusCode());
        assertEquals("bytes 9000-9999/10000", header(part, "Content-Range"));
        assertEquals("", header(part, "Content-Encoding"));
        assertArrayEquals(Arrays.copyOfRange(SOUND, 9000, 10_000), part.body());
    }

    @ParameterizedTest
    @CsvSource({"GET, identity", "GET, gzip", "HEAD, identity", "HEAD, gzip"})
    void aBrowserThatHasThePageGets304UntilItChanges(String method, String encoding) throws Exception {
        title = "First " + method + encoding;
        var first = send(method, "/page", "Accept-Encoding", encoding);
        assertEquals("private, no-cache", header(first, "Cache-Control"));
        var tag = header(first, "ETag");
        var again = send(method, "/page", "Accept-Encoding", encoding, "If-None-Match", tag);
        assertEquals(304, again.statusCode());
        assertEquals(0, again.body().length);
        assertEquals("", header(again, "Content-Length"));
        var several = send(method, "/page", "Accept-Encoding", encoding, "If-None-Match", "W/\"other\", " + tag);
        assertEquals(304, several.statusCode());
        for (var name : new String[] {"ETag", "Vary", "Cache-Control", "Content-Security-Policy"}) {
            assertEquals(header(first, name), header(again, name), name);
        }
        title = "Second " + method + encoding;
        var changed = send(method, "/page", "Accept-Encoding", encoding, "If-None-Match", tag);
        assertEquals(200, changed.statusCode());
        assertEquals(false, tag.equals(header(changed, "ETag")));
    }

    @Test
    void thePageOfSomebodyWhoIsLoggedInIsNotKept() throws Exception {
        var tag = header(send("GET", "/page"), "ETag");
        var own = send("GET", "/page", "Viewer", "Ada", "If-None-Match", tag);
        assertEquals(200, own.statusCode());
        assertEquals("no-store", header(own, "Cache-Control"));
        assertEquals("", header(own, "ETag"));
    }

    @ParameterizedTest
    @CsvSource({"POST, /page", "GET, /", "GET, /nothing", "GET, /health"})
    void nothingElseIsKept(String method, String path) throws Exception {
        var answer = send(method, path, "If-None-Match", "*");
        assertEquals("no-store", header(answer, "Cache-Control"));
        assertEquals("", header(answer, "ETag"));
    }
}
