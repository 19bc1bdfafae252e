package dozen.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.config.WebAddress;
import dozen.http.Access;
import dozen.http.Server;
import dozen.services.Health;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Style sheets and scripts, and the page that a browser gets for a problem. */
class AssetsTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Layout layout = new Layout("Test");
    private Server server;

    @BeforeEach
    void start() {
        var settings = new Server.Settings(
                0, WebAddress.base("http://localhost"), 10, Duration.ofSeconds(5), 0, Duration.ofSeconds(5));
        server = new Server(settings, new Health(), layout::problem, routes -> {
                    layout.register(routes);
                    routes.get("/fail", Access.PUBLIC, _ -> {
                        throw new IllegalStateException("canary");
                    });
                })
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The folder of the assets, as pages name it. */
    private String assets() throws Exception {
        return get("/").body().replaceAll("(?s).*(/assets/[0-9a-f]{8})/style\\.css.*", "$1");
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("none");
    }

    @Test
    void assetsUnderTheirContentHashAreCachedForAYear() throws Exception {
        var answer = get(assets() + "/style.css", "Accept-Encoding", "gzip");
        assertEquals(200, answer.statusCode());
        assertTrue(header(answer, "Content-Type").startsWith("text/css"));
        assertEquals("public, max-age=31536000, immutable", header(answer, "Cache-Control"));
        assertEquals("gzip", header(answer, "Content-Encoding"));
        var again = get(assets() + "/style.css", "If-None-Match", header(answer, "ETag"));
        assertEquals(304, again.statusCode());
        assertEquals("", again.body());
    }

    @Test
    void aPageOfAnotherReleaseGetsTheCurrentFileUncached() throws Exception {
        var answer = get("/assets/0000000000000000/dozen/dozen.js");
        assertEquals(200, answer.statusCode());
        assertEquals("no-store", header(answer, "Cache-Control"));
    }

    @Test
    void nothingElseOfTheClassPathIsServed() throws Exception {
        for (var name : new String[] {
            "nothing.css",
            "../release.properties",
            "%2e%2e/templates/dozen/page.html",
            "dozen/",
            "dozen/../../templates/status/status.html"
        }) {
            assertFalse(get(assets() + "/" + name).statusCode() < 400, name);
        }
    }

    @Test
    void aBrowserGetsAnErrorPageWithoutTheCause() throws Exception {
        var failed = get("/fail", "Accept", "text/html,*/*;q=0.8");
        assertEquals(500, failed.statusCode());
        assertTrue(header(failed, "Content-Type").startsWith("text/html"));
        assertTrue(failed.body().contains(header(failed, "X-Request-Id")));
        assertFalse(failed.body().contains("canary"));
        assertTrue(get("/nothing", "Accept", "text/html").body().contains("There is nothing here."));
        var api = get("/api/nothing", "Accept", "text/html");
        assertEquals("application/problem+json", header(api, "Content-Type"));
    }
}
