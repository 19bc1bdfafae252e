package dozen.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads and drops what a refused request still sends. Closing a connection that holds unread bytes resets it, and the
 * caller might never see why it was refused. The reading ends after 5 s, 16 MiB, or a pause of 2 s.
 */
final class BodyDrain {
    private static final long MAX_BYTES = 16L * Body.MAX_BYTES;
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private BodyDrain() {}

    /**
     * For a request that never reaches a route: drops its body first, using no thread while it waits, and then answers.
     * A caller that sends head and body separately would otherwise find the connection closed while it writes.
     */
    static void drainThenAnswer(Request request, Runnable answer) {
        var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        var idle = endPoint.getIdleTimeout();
        endPoint.setIdleTimeout(LONGEST_PAUSE.toMillis());
        new Taking(request, System.nanoTime() + LONGEST.toNanos(), () -> {
                    endPoint.setIdleTimeout(idle);
                    answer.run();
                })
                .run();
    }

    private static final class Taking implements Runnable {
        private final Request request;
        private final long deadline;
        private final Runnable answer;
        private long dropped;

        Taking(Request request, long deadline, Runnable answer) {
            this.request = request;
            this.deadline = deadline;
            this.answer = answer;
        }

        @Override
        public void run() {
            while (dropped < MAX_BYTES && System.nanoTime() < deadline) {
                var chunk = request.read();
                if (chunk == null) {
                    // A caller that expects "100 Continue" will not send its body.
                    if (request.getHeaders().contains(HttpHeader.EXPECT)) break;
                    request.demand(this);
                    return;
                }
                dropped += chunk.remaining();
                chunk.release();
                if (chunk.isLast() || Content.Chunk.isFailure(chunk)) break;
            }
            answer.run();
        }
    }

    /**
     * Sends the response, and then drops what the caller still sends. It runs after the route or its error handler,
     * before Javalin would send the response.
     */
    static void answerThenDrain(Context context) throws IOException {
        if (!isComing(context)) return;
        answer(context);
        var connection = ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection();
        connection.getEndPoint().setIdleTimeout(LONGEST_PAUSE.toMillis());
        var deadline = System.nanoTime() + LONGEST.toNanos();
        var buffer = new byte[16_384];
        var in = context.req().getInputStream();
        try {
            for (long dropped = 0, read; dropped < MAX_BYTES && System.nanoTime() < deadline; dropped += read) {
                read = in.read(buffer);
                if (read < 0) return;
            }
        } catch (IOException e) { // the caller has stopped sending, so nothing is left to read
        }
    }

    /**
     * Whether more of the body is still to come. Jetty itself reads what has already arrived. A caller that expects
     * "100 Continue" will not send its body.
     */
    private static boolean isComing(Context context) throws IOException {
        var request = context.req();
        var length = request.getContentLengthLong();
        if (length == 0 || length < 0 && request.getHeader("Transfer-Encoding") == null) return false;
        if (request.getHeader("Expect") != null) return false;
        var in = request.getInputStream();
        return !in.isFinished() && (length < 0 || in.available() < length);
    }

    private static void answer(Context context) throws IOException {
        var result = context.resultInputStream();
        var bytes = result == null ? new byte[0] : result.readAllBytes();
        var response = context.res();
        response.setHeader("Connection", "close");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.flushBuffer();
        context.result(new byte[0]);
    }
}
