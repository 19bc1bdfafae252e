package dozen.http;

import io.javalin.http.Context;
import java.io.IOException;

/** Takes a request's body into memory, when it is of the wanted type and not too large. */
final class Body {
    /** Larger bodies get 413. Uploads have routes of their own, which stream them without this limit. */
    static final int MAX_BYTES = 1_048_576;

    private Body() {}

    /**
     * Reads the body. The parameters of its type are ignored, because JSON and forms are always UTF-8 (RFC 8259, 11;
     * URL Standard, 5). The servlet's own getContentType is not used: it fails for a charset that Java does not know.
     *
     * @throws Problem 415 for another type or an encoded body, 413 for more than {@link #MAX_BYTES} bytes
     */
    static byte[] read(Context context, String wanted) throws IOException {
        var type = context.header("Content-Type");
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(wanted)) {
            throw Problem.of(415, "Send " + wanted + ".");
        }
        if (context.header("Content-Encoding") != null) throw Problem.of(415, "Send the body without an encoding.");
        if (context.req().getContentLengthLong() > MAX_BYTES) throw tooLarge();
        var bytes = context.req().getInputStream().readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) throw tooLarge();
        return bytes;
    }

    private static Problem tooLarge() {
        return Problem.of(413, "The body may have %d bytes at the most.".formatted(MAX_BYTES));
    }
}
