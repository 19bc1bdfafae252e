package promises;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.TestServices;
import dozen.http.Json;
import dozen.security.Signer;
import factors.App;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Unusual requests get an answer, straight and through real proxies: no connection is reset before its client has read
 * that. A film passes through the proxies as it arrives, also from a client that asks first.
 */
@Tag("long")
class ProxiedRequestsIT {
    private static final int MEGABYTES = Integer.getInteger("upload.megabytes", 20);
    private static final byte[] MEGABYTE = new byte[1_000_000];
    private static final String PASSWORD = "correct horse battery";
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");

    /**
     * @param statuses those of the answers straight, through nginx and through HAProxy
     * @param body is sent with the head: a proxy that has refused the head resets the connection when a body comes later.
     *     A body too long for one write is sent to its end, even when the answer has come before.
     */
    private record Input(String name, List<String> statuses, String head, String body) {
        String statusesOrFailure(int port) throws Exception {
            try {
                return statuses(port);
            } catch (IOException e) {
                return e.getMessage();
            }
        }

        /** The status of each answer until the server closes the connection. */
        private String statuses(int port) throws Exception {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(20_000);
                var out = socket.getOutputStream();
                var request = (head.replace("\n", "\r\n") + body).getBytes(ISO_8859_1);
                var sender = Thread.startVirtualThread(() -> {
                    try {
                        out.write(request);
                    } catch (IOException e) {
                        // refused before its end; what counts is that the answer can be read
                    }
                });
                var answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
                sender.join();
                return String.join(
                        " ",
                        STATUS.matcher(answers)
                                .results()
                                .map(found -> found.group(1))
                                .toList());
            }
        }
    }

    private static Input get(String name, List<String> statuses, String path, String header) {
        return new Input(name, statuses, """
                GET %s HTTP/1.1
                Host: a
                Connection: close
                %s

                """.formatted(path, header), "");
    }

    private static Input post(String name, List<String> statuses, String header, String body) {
        return new Input(name, statuses, """
                POST /api/sessions HTTP/1.1
                Host: a
                Content-Type: application/json
                Connection: close
                %s

                """.formatted(header), body);
    }

    private static List<String> all(String statuses) {
        return Collections.nCopies(3, statuses);
    }

    /**
     * A proxy has limits of its own: nginx 8 KB for a header, HAProxy 16 KB for the head. Both then answer 400. HAProxy
     * resets the connection when more arrives after that, so a head is less than the 64 KB that Java writes at once.
     */
    private static final List<Input> INPUTS = List.of(
            new Input("HTTP/1.0 without Host", all("200"), "GET /api/courses HTTP/1.0\n\n", ""),
            new Input("HTTP/1.0, kept open for one more", all("200 200"), """
                    GET /api/courses HTTP/1.0
                    Connection: keep-alive

                    GET /health HTTP/1.0

                    """, ""),
            new Input("HTTP/1.0 with a body", all("422"), """
                    POST /api/sessions HTTP/1.0
                    Content-Type: application/json
                    Content-Length: 2

                    {}""", ""),
            new Input("kept open for one more", all("200 200"), """
                    GET /api/courses HTTP/1.1
                    Host: a

                    GET /health HTTP/1.1
                    Host: a
                    Connection: close

                    """, ""),
            get("a header of 9 KB", List.of("431", "400", "431"), "/health", "A: " + "a".repeat(9000)),
            get("a header of 30 KB", List.of("431", "400", "400"), "/health", "A: " + "a".repeat(30_000)),
            get("an address of 9 KB", all("414"), "/api/courses?q=" + "a".repeat(9000), "A: a"),
            post("a body over the limit", all("413"), "Content-Length: 1100000", "a".repeat(1_100_000)),
            post(
                    "a chunk over the limit",
                    all("413"),
                    "Transfer-Encoding: chunked",
                    "%x\r\n%s\r\n0\r\n\r\n".formatted(1_100_000, "a".repeat(1_100_000))),
            post("two lengths", all("400"), "Content-Length: 2\nContent-Length: 3", "{}"),
            post("a length below 0", all("400"), "Content-Length: -1", "{}"),
            new Input("a film by nobody", all("401"), """
                    PUT /api/lessons/00000000-0000-0000-0000-000000000000/video HTTP/1.1
                    Host: a
                    Content-Type: video/mp4
                    Content-Length: 5000000
                    Connection: close

                    """, "a".repeat(5_000_000)),
            new Input("no HTTP at all", all("400"), "\u0016\u0003\u0001\n\n", ""));

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestServices services = TestServices.shared();
    private String cookie = "none=";

    @Test
    void eachRequestIsAnsweredAndAFilmPassesAsItArrives(@TempDir Path folder) throws Exception {
        var settings = services.settings(services.newDatabase());
        settings.putAll(services.s3().settings());
        CourseWriter.createAdmin(settings);
        try (var web = App.start(settings, "web");
                var nginx = LocalProxy.start("nginx", folder, List.of(web.port()));
                var haproxy = LocalProxy.start("haproxy", folder, List.of(web.port()))) {
            var ports = List.of(web.port(), nginx.port, haproxy.port);
            var wrong = new TreeMap<String, List<String>>();
            for (var each : INPUTS) {
                var statuses = new ArrayList<String>();
                for (var port : ports) statuses.add(each.statusesOrFailure(port));
                if (!statuses.equals(each.statuses())) wrong.put(each.name(), statuses);
            }
            assertEquals(Map.of(), wrong);
            for (var port : ports) upload("http://127.0.0.1:" + port);
            assertFalse(nginx.log().contains("temporary file"), nginx.log());
        }
    }

    private void upload(String address) throws Exception {
        logIn(address);
        var course = id(address + "/api/courses", "{\"title\": \"Film %s\"}".formatted(address));
        var lesson = id(address + "/api/courses/" + course + "/lessons", "{\"title\": \"Film\"}");
        var film = BodyPublishers.fromPublisher(
                BodyPublishers.ofByteArrays(Collections.nCopies(MEGABYTES, MEGABYTE)),
                (long) MEGABYTES * MEGABYTE.length);
        var digest = Signer.sha256();
        for (var i = 0; i < MEGABYTES; i++) digest.update(MEGABYTE);
        var hash = HexFormat.of().formatHex(digest.digest());
        var request = request(address + "/api/lessons/" + lesson + "/video", "video/mp4")
                .PUT(film);
        for (var asksFirst : List.of(false, true)) {
            var start = System.nanoTime();
            var answer = client.send(request.copy().expectContinue(asksFirst).build(), BodyHandlers.ofString());
            var seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("%s: %d MB uploaded at %.0f MB/s%n", address, MEGABYTES, MEGABYTES / seconds);
            assertEquals(202, answer.statusCode(), answer.body());
            assertEquals(hash, json(answer).at("/video/sha256").asText());
        }
        var nobody = request.copy().setHeader("Cookie", "session=none").expectContinue(true);
        assertEquals(401, client.send(nobody.build(), BodyHandlers.ofString()).statusCode());
    }

    private void logIn(String address) throws Exception {
        var answer = post(address + "/api/sessions", """
                {"email": "root@example.com", "password": "%s"}""".formatted(PASSWORD));
        cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    private String id(String address, String body) throws Exception {
        return json(post(address, body)).get("id").asText();
    }

    private HttpResponse<String> post(String address, String body) throws Exception {
        var request = request(address, "application/json").POST(BodyPublishers.ofString(body));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String address, String type) {
        return HttpRequest.newBuilder(URI.create(address))
                .header("Cookie", cookie)
                .header("Content-Type", type);
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.MAPPER.readTree(answer.body());
    }
}
