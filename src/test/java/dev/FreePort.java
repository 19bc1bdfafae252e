package dev;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds a free port below the range that systems use for outgoing connections, so that it stays free. */
public final class FreePort {
    private static final int MIN_PORT = 15_000;
    private static final int MAX_PORT = 32_000;

    private FreePort() {}

    public static int find() throws IOException {
        for (var i = 0; i < 100; i++) {
            var port = ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken: try another one
            }
        }
        throw new IOException("no free port from %d to %d".formatted(MIN_PORT, MAX_PORT));
    }
}
