package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import bench.Load;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Hundreds of clients send a byte a second, half of them headers and half bodies: the others keep a quarter of their
 * throughput at least, and no request of theirs fails.
 */
@Tag("long")
class SlowClientsIT {
    private static final String BODY =
            "POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    private static final int SLOW = 300;
    private static final Duration LOAD_DURATION = Duration.ofSeconds(8);

    @Test
    @Execution(ExecutionMode.CONCURRENT) // the tests run beside each other only; the second waits 30 s for a time-out
    void slowSendersDoNotStarveTheOthers() throws Exception {
        try (var app = RunningAcademy.start()) {
            app.get("/api/courses");
            var alone = Load.run(app.port(), 4, Duration.ofSeconds(3), () -> "/api/courses");
            var senders = new ArrayList<Socket>();
            for (var i = 0; i < SLOW; i++) senders.add(sender(app.port(), i % 2 == 0));
            var among = Load.run(app.port(), 4, LOAD_DURATION, () -> "/api/courses");
            for (var sender : senders) sender.close();
            var afterwards = Load.run(app.port(), 4, Duration.ofSeconds(3), () -> "/api/courses");
            var without = Math.min(alone.perSecond(), afterwards.perSecond()); // a build may run beside one of them
            System.out.printf(
                    "slow clients: %.0f requests/s among %d of them, %.0f/s without; p99 %.0f ms; %d failed%n",
                    among.perSecond(), SLOW, without, among.milliseconds(99), among.failed());
            assertEquals(0, among.failed());
            assertTrue(among.perSecond() > without / 4, among.perSecond() + " of " + without);
        }
    }

    /** A body that never ends holds one of the requests that may run at once for a limited time. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aBodyThatDoesNotComeEndsItsRequest() throws Exception {
        try (var app = RunningAcademy.start();
                var trickling = sender(app.port(), false);
                var silent = new Socket("127.0.0.1", app.port())) {
            silent.getOutputStream().write(BODY.getBytes(StandardCharsets.US_ASCII));
            assertEquals("HTTP/1.1 400", status(silent));
            assertEquals("HTTP/1.1 408", status(trickling));
        }
    }

    private static String status(Socket socket) throws IOException {
        socket.setSoTimeout(40_000);
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 400".length()), StandardCharsets.US_ASCII);
    }

    /** Sends a byte a second until it is closed by either side. */
    private static Socket sender(int port, boolean header) throws IOException {
        var socket = new Socket("127.0.0.1", port);
        var begin = header ? "GET /api/courses HTTP/1.1\r\nHost: localhost\r\nX-Slow: " : BODY;
        socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    socket.getOutputStream().write(' ');
                    Thread.sleep(1000);
                }
            } catch (IOException e) {
                // closed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return socket;
    }
}
