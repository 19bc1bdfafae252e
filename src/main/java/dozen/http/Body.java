package dozen.http;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads a request's body into memory, or drains what a refused request still sends. Closing a connection that holds
 * unread bytes resets it, and the caller might never see why it was refused. Jetty drops only what has arrived already.
 */
final class Body {
    /** Larger bodies get 413. Uploads have routes of their own, which stream them without this limit. */
    static final int MAX_BYTES = 1_048_576;

    private static final long MAX_DRAINED_BYTES = 16L * MAX_BYTES;
    private static final Duration MAX_DRAIN_TIME = Duration.ofSeconds(5);
    private static final Duration MAX_DRAIN_PAUSE = Duration.ofSeconds(2);
    /** How long a body may take to arrive, so that slow callers can't occupy all the requests that may run at once. */
    private static final Duration MAX_READ_TIME = Duration.ofSeconds(30);

    private static final Duration MAX_READ_PAUSE = Duration.ofSeconds(10);
    private static final String TOO_LARGE = "The body may have %d bytes at the most.".formatted(MAX_BYTES);
    private static final String TOO_SLOW = "The body took too long to arrive.";
    private static final String READ = "dozen.body";

    private Body() {}

    /**
     * Reads the body once, and keeps it for later calls. The parameters of its type are ignored, because JSON and forms
     * are always UTF-8 (RFC 8259, 11; URL Standard, 5). The servlet's getContentType fails for an unknown charset.
     *
     * @throws HttpResponseException 415 for another type or an encoded body, 413 for more than {@link #MAX_BYTES}
     *     bytes, 408 for one that takes longer than 30 s, 400 for one that pauses for 10 s or breaks off
     */
    static byte[] read(Context context, String wanted) {
        var type =
                String.valueOf(context.header("Content-Type")).split(";", 2)[0].strip();
        if (!type.equalsIgnoreCase(wanted)) throw new HttpResponseException(415, "Send " + wanted + ".");
        if (context.header("Content-Encoding") != null) {
            throw new HttpResponseException(415, "Send the body without an encoding.");
        }
        return context.attributeOrCompute(READ, Body::readInTime);
    }

    private static byte[] readInTime(Context context) {
        if (context.req().getContentLengthLong() > MAX_BYTES) throw new HttpResponseException(413, TOO_LARGE);
        var endPoint = jetty(context).getConnectionMetaData().getConnection().getEndPoint();
        var idle = endPoint.getIdleTimeout();
        var deadline = System.nanoTime() + MAX_READ_TIME.toNanos();
        var read = new ByteArrayOutputStream();
        endPoint.setIdleTimeout(MAX_READ_PAUSE.toMillis());
        try {
            var in = context.req().getInputStream();
            var buffer = new byte[8192];
            for (int n; (n = in.read(buffer)) >= 0; ) {
                if (System.nanoTime() > deadline) throw new HttpResponseException(408, TOO_SLOW);
                read.write(buffer, 0, n);
                if (read.size() > MAX_BYTES) throw new HttpResponseException(413, TOO_LARGE);
            }
            return read.toByteArray();
        } catch (IOException e) {
            throw new BadRequestResponse("The body did not arrive whole.");
        } finally {
            endPoint.setIdleTimeout(idle);
        }
    }

    static Request jetty(Context context) {
        return ServletContextRequest.getServletContextRequest(context.req());
    }

    /**
     * Drains the body of a request that reaches no route, using no thread while it waits, and then answers. A caller
     * that sends head and body apart would otherwise find the connection closed while it writes.
     */
    static void drainThenAnswer(Request request, Runnable answer) {
        var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        var idle = endPoint.getIdleTimeout();
        endPoint.setIdleTimeout(MAX_DRAIN_PAUSE.toMillis());
        drain(request, MAX_DRAINED_BYTES, System.nanoTime() + MAX_DRAIN_TIME.toNanos(), () -> {
            endPoint.setIdleTimeout(idle);
            answer.run();
        });
    }

    private static void drain(Request request, long bytes, long deadline, Runnable then) {
        var left = bytes;
        while (left > 0 && System.nanoTime() < deadline) {
            var chunk = request.read();
            if (chunk == null) {
                if (request.getHeaders().contains(HttpHeader.EXPECT)) break; // the caller waits for our answer
                var rest = left;
                request.demand(() -> drain(request, rest, deadline, then));
                return;
            }
            left -= chunk.remaining();
            chunk.release();
            if (chunk.isLast() || Content.Chunk.isFailure(chunk)) break;
        }
        then.run();
    }

    /** Sends the response of a route or of its error handler, before Javalin would, and then drains the body. */
    static void answerThenDrain(Context context) throws IOException {
        if (!isMoreComing(context)) return;
        var result = context.resultInputStream();
        var bytes = result == null ? new byte[0] : result.readAllBytes();
        var response = context.res();
        response.setHeader("Connection", "close");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.flushBuffer();
        context.result(new byte[0]);
        var drained = new CompletableFuture<Void>();
        drainThenAnswer(jetty(context), () -> drained.complete(null));
        var longest = MAX_DRAIN_TIME.plus(MAX_DRAIN_PAUSE);
        drained.completeOnTimeout(null, longest.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Whether more of the body is still to come. A caller that expects "100 Continue" will not send it. */
    private static boolean isMoreComing(Context context) throws IOException {
        var request = context.req();
        var length = request.getContentLengthLong();
        var hasBody = length > 0 || request.getHeader("Transfer-Encoding") != null;
        if (!hasBody || request.getHeader("Expect") != null) return false;
        var in = request.getInputStream();
        return !in.isFinished() && (length < 0 || in.available() < length);
    }
}
