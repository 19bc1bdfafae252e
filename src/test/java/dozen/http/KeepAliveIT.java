package dozen.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.config.WebAddress;
import dozen.services.Health;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A router in front of the server keeps its connections open and sends the next request on one of them. Where the server
 * closes an idle connection first, such a request can meet the end of its connection, and the router must not repeat a
 * POST. The times are a twentieth of the real ones: Heroku's router keeps connections for 90 s, and we for 95 s.
 */
@Tag("long")
class KeepAliveIT {
    private static final Duration IDLE = Duration.ofMillis(4750);
    private static final int CONNECTIONS = 2000;
    private static final int POSTS = 4;
    private static final byte[] POST = """
            POST /write HTTP/1.1\r
            Host: localhost\r
            X-Forwarded-For: 203.0.113.7\r
            X-Forwarded-Proto: https\r
            Content-Length: 2\r
            \r
            {}""".getBytes(StandardCharsets.UTF_8);

    /** One of the router's connections to the server. */
    private static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader reader;

        Connection(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(10_000);
            reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        void post() throws IOException {
            socket.getOutputStream().write(POST);
            var status = reader.readLine();
            if (status == null || !status.startsWith("HTTP/1.1 204")) throw new IOException("answered " + status);
            while (!reader.readLine().isEmpty()) {} // the headers; a 204 has no body
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Sends all POSTs, each after a pause of up to the router's idle time, and counts those without an answer. */
    private static int failures(int port, int connections, Duration routerIdle, int posts) throws InterruptedException {
        var failures = new AtomicInteger();
        try (var router = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < connections; i++) router.submit(() -> send(port, routerIdle, posts, failures));
        }
        return failures.get();
    }

    private static Void send(int port, Duration routerIdle, int posts, AtomicInteger failures) throws Exception {
        Thread.sleep(ThreadLocalRandom.current().nextLong(routerIdle.toMillis())); // not all at once
        var connection = new Connection(port);
        for (var i = 0; i < posts; i++) {
            var since = System.nanoTime();
            try {
                connection.post();
            } catch (IOException e) {
                failures.incrementAndGet();
                connection.close();
                connection = new Connection(port);
            }
            Thread.sleep(ThreadLocalRandom.current().nextLong(routerIdle.toMillis() * 9 / 10, routerIdle.toMillis()));
            if (System.nanoTime() - since > routerIdle.toNanos()) { // as a router does, which closes it then
                connection.close();
                connection = new Connection(port);
            }
        }
        connection.close();
        return null;
    }

    @Test
    void noPostMeetsAConnectionThatTheServerClosed() throws Exception {
        var settings = new Server.Settings(
                0, WebAddress.base("http://localhost"), CONNECTIONS, IDLE, 0, Duration.ofSeconds(10));
        try (var server = new Server(
                                settings,
                                new Health(),
                                problem -> String.valueOf(problem.get("title")),
                                routes -> routes.post("/write", Access.PUBLIC, context -> context.status(204)))
                        .start();
                var other = Executors.newVirtualThreadPerTaskExecutor()) {
            // Beside it, another router meets a server that would keep its connections for 65 s.
            var tooLong = other.submit(() -> failures(
                    server.port(), CONNECTIONS / 10, IDLE.multipliedBy(90).dividedBy(65), 2));
            assertEquals(
                    0,
                    failures(server.port(), CONNECTIONS, IDLE.multipliedBy(90).dividedBy(95), POSTS));
            assertTrue(tooLong.get() > 0, "a router that keeps them for longer meets no closed connection");
        }
    }
}
