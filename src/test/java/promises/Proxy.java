package promises;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;

/**
 * A plain TCP proxy. It asks for the target port at each connection, so it can be a load balancer. When told to, it
 * injects faults: it refuses connections, delays answers, or cuts them in the middle.
 */
public final class Proxy implements AutoCloseable {
    private final ServerSocket server;
    private final IntSupplier target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean cut = new AtomicBoolean();
    private volatile boolean refusing;
    private volatile int delayMs;

    /** @param target gives the port on this machine for the next connection */
    public Proxy(IntSupplier target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Closes the open connections and each new one, as if the service had died; false ends this. */
    public void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) open.forEach(Proxy::close);
    }

    /** Delays every piece of an answer by this many milliseconds. */
    void delay(int milliseconds) {
        delayMs = milliseconds;
    }

    /** Cuts each answer in its middle, and closes its connection. */
    void cutAnswers(boolean cutting) {
        cut.set(cutting);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                if (refusing) close(client);
                else Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // the proxy was closed, or the client went away
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client;
                var upstream = new Socket(InetAddress.getLoopbackAddress(), target.getAsInt())) {
            open.add(upstream);
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            var requests = Thread.ofVirtual().start(() -> {
                copy(client, upstream, false);
                shutdown(upstream);
            });
            copy(upstream, client, true);
            shutdown(client);
            requests.join();
            open.remove(upstream);
        } catch (IOException e) {
            // nothing listens on the target port
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private void copy(Socket from, Socket to, boolean answers) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[16_384];
            for (var length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (answers && delayMs > 0) Thread.sleep(delayMs);
                if (answers && cut.get()) {
                    out.write(buffer, 0, length / 2);
                    close(from);
                    close(to);
                    return;
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            close(from);
            close(to);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void shutdown(Socket socket) {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // closed already
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // closed already
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Proxy::close);
    }
}
