package bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sends requests over kept-alive connections, each one as soon as the one before it is answered, so that the server
 * always has something to do. It uses plain sockets and no client library, because CPU time that the sender spends is
 * lost to the server.
 */
public final class Load {
    private static final int TIMEOUT_MS = 20_000;

    /**
     * @param requests the number of requests that were answered
     * @param failed the number of requests that got an error or no answer
     * @param micros the times from request to answer, in microseconds, sorted
     */
    public record Outcome(long requests, long failed, double seconds, int[] micros) {
        public double perSecond() {
            return requests / seconds;
        }

        public double milliseconds(double percent) {
            return micros.length == 0
                    ? 0
                    : micros[(int) Math.min(micros.length - 1, micros.length * percent / 100)] / 1000.0;
        }
    }

    private Load() {}

    public static Outcome run(int port, int connections, Duration duration, Supplier<String> paths)
            throws InterruptedException {
        var end = System.nanoTime() + duration.toNanos();
        return until(port, connections, () -> end, paths);
    }

    /** @param end the System.nanoTime() at which to stop; it is asked before each request */
    public static Outcome until(int port, int connections, LongSupplier end, Supplier<String> paths)
            throws InterruptedException {
        return send(
                List.of(port), connections, end, () -> "GET " + paths.get() + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    /**
     * @param ports the servers, over which the connections are spread
     * @param requests makes whole requests in ASCII
     */
    static Outcome send(List<Integer> ports, int connections, LongSupplier end, Supplier<String> requests)
            throws InterruptedException {
        var start = System.nanoTime();
        var clients = new ArrayList<Client>();
        for (var i = 0; i < connections; i++) clients.add(new Client(ports.get(i % ports.size()), end, requests));
        for (var client : clients) client.thread.join();
        var seconds = (System.nanoTime() - start) / 1e9;
        var micros = clients.stream()
                .flatMapToInt(client -> Arrays.stream(client.micros, 0, client.count))
                .sorted()
                .toArray();
        var failed = clients.stream().mapToLong(client -> client.failed).sum();
        return new Outcome(micros.length, failed, seconds, micros);
    }

    private static final class Client {
        private final int port;
        private final LongSupplier end;
        private final Supplier<String> requests;
        private final Thread thread;
        private int[] micros = new int[10_000];
        private int count;
        private long failed;
        private boolean closing;

        Client(int port, LongSupplier end, Supplier<String> requests) {
            this.port = port;
            this.end = end;
            this.requests = requests;
            this.thread = Thread.ofPlatform().daemon().start(this::run);
        }

        private void run() {
            while (System.nanoTime() < end.getAsLong()) {
                try (var socket = new Socket()) {
                    socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
                    socket.setSoTimeout(TIMEOUT_MS);
                    socket.setTcpNoDelay(true);
                    talk(socket);
                } catch (IOException e) {
                    failed++;
                }
            }
        }

        private void talk(Socket socket) throws IOException {
            var in = new BufferedInputStream(socket.getInputStream(), 16_384);
            var out = socket.getOutputStream();
            closing = false;
            while (!closing && System.nanoTime() < end.getAsLong()) {
                var start = System.nanoTime();
                out.write(requests.get().getBytes(StandardCharsets.US_ASCII));
                if (answer(in) / 100 != 2) failed++;
                if (count == micros.length) micros = Arrays.copyOf(micros, count * 2);
                micros[count++] = (int) ((System.nanoTime() - start) / 1000);
            }
        }

        /** Reads one answer to its end; returns its status. */
        private int answer(InputStream in) throws IOException {
            var status = Integer.parseInt(line(in).substring(9, 12));
            var length = -1;
            for (var line = line(in); !line.isEmpty(); line = line(in)) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                } else if (line.equalsIgnoreCase("connection: close")) {
                    closing = true;
                }
            }
            if (length >= 0) in.skipNBytes(length);
            else for (var size = chunk(in); size > 0; size = chunk(in)) in.skipNBytes(size + 2L);
            return status;
        }

        private static int chunk(InputStream in) throws IOException {
            var size = Integer.parseInt(line(in), 16);
            if (size == 0) line(in);
            return size;
        }

        private static String line(InputStream in) throws IOException {
            var line = new StringBuilder(80);
            for (var each = in.read(); each != '\n'; each = in.read()) {
                if (each < 0) throw new IOException("cut");
                if (each != '\r') line.append((char) each);
            }
            return line.toString();
        }
    }
}
