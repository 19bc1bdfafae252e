package dozen.services;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * S3, or any server that speaks its protocol, as an attached resource. Java's HttpURLConnection sends the requests,
 * because java.net.http rejects host names with an underscore, which service names in compose files may have.
 *
 * <p>The methods distinguish three failures: {@link ServiceUnavailable} when the server is away or refuses us,
 * FileNotFoundException when the file does not exist, and any other IOException when reading the body or writing the
 * local file failed.
 */
public final class FileStorage {
    private static final Pattern ERROR_CODE = Pattern.compile("<Code>(\\w+)</Code>");
    private static final String NO_SUCH_FILE = "404 NoSuchKey";
    private static final int BUFFER = 65_536;
    /** How long a signed request is valid. Amazon itself allows clocks to differ by this much. */
    private static final Duration SIGNATURE_TTL = Duration.ofMinutes(15);

    /** A part of a transfer. Its IOException means that the connection to the server failed. */
    @FunctionalInterface
    private interface Transfer<T> {
        T run() throws IOException;
    }

    private final S3Signer signer;
    private final String server;

    public FileStorage(S3Bucket bucket) {
        this(bucket, Clock.systemUTC());
    }

    FileStorage(S3Bucket bucket, Clock clock) {
        this.signer = new S3Signer(bucket, clock);
        this.server = "S3 at " + bucket.address().getAuthority();
    }

    /**
     * Streams a body into a file, which exists only after the whole body has arrived.
     *
     * @param length the body's length in bytes
     * @throws IOException when the body ends early or can't be read; the server then stores nothing
     */
    public void put(String name, String type, long length, InputStream body) throws IOException {
        var connection = open(SdkHttpMethod.PUT, name);
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(length);
        connection.setRequestProperty("Content-Type", type);
        // A socket's own time-out limits reads only, and a write may block forever. On a virtual thread, where requests
        // and jobs run, an interrupt closes the socket. An hour is enough for 5 GB at 1.4 MB/s.
        var uploading = Thread.currentThread();
        var limit = new CompletableFuture<Void>().orTimeout(1, TimeUnit.HOURS);
        limit.exceptionally(_ -> {
            uploading.interrupt();
            return null;
        });
        try {
            upload(connection, length, body);
        } catch (IOException | RuntimeException e) {
            connection.disconnect(); // the server then sees no end of the body, and keeps nothing
            throw e;
        } finally {
            limit.complete(null);
        }
        answer(connection, name).close();
    }

    public void put(String name, String type, Path file) throws IOException {
        try (var body = Files.newInputStream(file)) {
            put(name, type, Files.size(file), body);
        }
    }

    public void put(String name, String type, byte[] bytes) throws IOException {
        put(name, type, bytes.length, new ByteArrayInputStream(bytes));
    }

    private void upload(HttpURLConnection connection, long length, InputStream body) throws IOException {
        var out = toServer(connection::getOutputStream);
        var buffer = new byte[BUFFER];
        for (long sent = 0; sent < length; ) {
            var read = body.read(buffer, 0, (int) Math.min(BUFFER, length - sent));
            if (read < 0) throw new IOException("the body ended after %d of %d bytes".formatted(sent, length));
            toServer(() -> {
                out.write(buffer, 0, read);
                return out;
            });
            sent += read;
        }
    }

    /** @throws FileNotFoundException when there is no file of this name */
    public void download(String name, Path to) throws IOException {
        try (var body = answer(open(SdkHttpMethod.GET, name), name);
                var out = Files.newOutputStream(to)) {
            var buffer = new byte[BUFFER];
            int read;
            while ((read = toServer(() -> body.read(buffer))) >= 0) out.write(buffer, 0, read);
        }
    }

    /** Deletes the file, if it exists. */
    public void delete(String name) throws IOException {
        answer(open(SdkHttpMethod.DELETE, name), name, NO_SUCH_FILE).close();
    }

    /** Returns an address at which anybody can read this file until it expires, after at most 7 days (S3's limit). */
    public URI link(String name, Duration lasts) {
        return signer.sign(SdkHttpMethod.GET, name, lasts);
    }

    /**
     * The readiness check: fails when the server is away or refuses us. It asks for a file that does not exist. A user
     * that may not list the bucket gets 403 AccessDenied for such a file, which also counts as an answer.
     */
    public void ping() throws IOException {
        var probe = open(SdkHttpMethod.GET, "readiness-probe");
        answer(probe, "", NO_SUCH_FILE, "403 AccessDenied").close();
    }

    private HttpURLConnection open(SdkHttpMethod method, String name) throws IOException {
        var address = signer.sign(method, name, SIGNATURE_TTL).toURL();
        var connection = (HttpURLConnection) address.openConnection();
        connection.setRequestMethod(method.name());
        connection.setConnectTimeout(3_000);
        connection.setReadTimeout(15_000);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    /** Returns the body of the answer. It is empty for a refusal that is accepted. */
    private InputStream answer(HttpURLConnection connection, String name, String... accepted) throws IOException {
        var refusal = toServer(() -> refusal(connection));
        if (List.of(accepted).contains(refusal)) return InputStream.nullInputStream();
        if (refusal.equals(NO_SUCH_FILE)) throw new FileNotFoundException(name);
        if (!refusal.isEmpty()) throw new ServiceUnavailable(server + " refuses us: " + refusal);
        // The library takes an answer whose headers were cut off for one with an empty body.
        var isWhole = connection.getContentLengthLong() >= 0 || connection.getHeaderField("Transfer-Encoding") != null;
        if (isWhole || !connection.getRequestMethod().equals("GET")) return connection.getInputStream();
        throw new ServiceUnavailable(server + " is away: no whole answer");
    }

    /** Returns the status and the code with which the server refused the request; empty when it did not. */
    private static String refusal(HttpURLConnection connection) throws IOException {
        var status = connection.getResponseCode();
        if (status >= 200 && status < 300) return "";
        try (var body = connection.getErrorStream()) {
            var text = body == null ? "" : new String(body.readNBytes(BUFFER), StandardCharsets.UTF_8);
            var code = ERROR_CODE.matcher(text);
            return status + (code.find() ? " " + code.group(1) : "");
        }
    }

    private <T> T toServer(Transfer<T> transfer) {
        try {
            return transfer.run();
        } catch (IOException e) {
            throw ServiceUnavailable.of(server, e);
        }
    }
}
