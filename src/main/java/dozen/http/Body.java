package dozen.http;

import dozen.domain.DomainError;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;

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
    /** The bytes of the bodies that are arriving: at most a quarter of the heap, so that slow callers can't fill it. */
    private static final Semaphore MEMORY =
            new Semaphore((int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 4));

    private static final String READ = "dozen.body";

    private Body() {}

    /**
     * Reads the body once, and keeps it for later calls. The parameters of its type are ignored, because JSON and forms
     * are always UTF-8 (RFC 8259, 11; URL Standard, 5). The servlet's getContentType fails for an unknown charset.
     *
     * @throws HttpResponseException 415 for another type or an encoded body, 413 for more than {@link #MAX_BYTES}
     *     bytes, 408 for one that takes longer than 30 s, 400 for one that pauses for 10 s or breaks off
     * @throws DomainError when too many bodies arrive at once
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
        if (context.req().getContentLengthLong() > MAX_BYTES) throw tooLarge();
        var endPoint = jetty(context).getConnectionMetaData().getConnection().getEndPoint();
        var idle = endPoint.getIdleTimeout();
        var deadline = System.nanoTime() + MAX_READ_TIME.toNanos();
        var read = new ByteArrayOutputStream();
        var memory = 0;
        endPoint.setIdleTimeout(MAX_READ_PAUSE.toMillis());
        try {
            var in = context.req().getInputStream();
            var buffer = new byte[8192];
            for (int n; (n = in.read(buffer)) >= 0; ) {
                if (System.nanoTime() > deadline)
                    throw new HttpResponseException(408, "The body took too long to arrive.");
                var copies = 2 * n; // in what is read, and in the array that is returned
                if (!MEMORY.tryAcquire(copies)) throw DomainError.unavailable("Too much arrives at once. Try again.");
                memory += copies;
                read.write(buffer, 0, n);
                if (read.size() > MAX_BYTES) throw tooLarge();
            }
            return read.toByteArray();
        } catch (IOException e) {
            throw new BadRequestResponse("The body did not arrive whole.");
        } finally {
            MEMORY.release(memory);
            endPoint.setIdleTimeout(idle);
        }
    }

    private static HttpResponseException tooLarge() {
        return new HttpResponseException(413, "The body may have %d bytes at the most.".formatted(MAX_BYTES));
    }

    static Request jetty(Context context) {
        return ServletContextRequest.getServletContextRequest(context.req());
    }

    /** Drains the rest of a body after the response. Jetty itself would refuse to read what has not arrived. */
    static final class Draining extends GracefulHandler {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (!isSent(request)) return super.handle(request, response, callback);
            var undrained = new Request.Wrapper(request) {
                @Override
                public boolean consumeAvailable() {
                    return true;
                }
            };
            var draining = Callback.from(() -> drain(request, callback::succeeded), callback::failed);
            return super.handle(undrained, response, draining);
        }
    }

    /** Drains the rest of the body, using no thread while it waits, and then goes on. */
    static void drain(Request request, Runnable then) {
        var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        var idle = endPoint.getIdleTimeout();
        endPoint.setIdleTimeout(MAX_DRAIN_PAUSE.toMillis());
        var bytes = isSent(request) ? MAX_DRAINED_BYTES : 0;
        drain(request, bytes, System.nanoTime() + MAX_DRAIN_TIME.toNanos(), () -> {
            endPoint.setIdleTimeout(idle);
            then.run();
        });
    }

    private static void drain(Request request, long bytes, long deadline, Runnable then) {
        var left = bytes;
        while (left > 0 && System.nanoTime() < deadline) {
            var chunk = request.read();
            if (chunk == null) {
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

    /** Whether the request's body is larger than what is read here, or may be. */
    static boolean isLong(Request request) {
        return isSent(request) && (request.getLength() < 0 || request.getLength() > MAX_BYTES);
    }

    /** Whether the request has a body that comes unasked. A caller that expects "100 Continue" waits for an answer. */
    private static boolean isSent(Request request) {
        var headers = request.getHeaders();
        return !headers.contains(HttpHeader.EXPECT)
                && (headers.contains(HttpHeader.CONTENT_LENGTH) || headers.contains(HttpHeader.TRANSFER_ENCODING));
    }
}
