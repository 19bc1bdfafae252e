package dozen.services;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

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
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * S3, or any server that speaks its protocol, as an attached resource. Amazon's library signs the requests, and Java's
 * HttpURLConnection sends them, because java.net.http rejects host names with an underscore, which service names in
 * compose files may have.
 *
 * <p>The methods distinguish three failures: {@link ServiceUnavailable} when the server is away or refuses us,
 * FileNotFoundException when the file does not exist, and any other IOException when reading the body or writing the
 * local file failed.
 */
public final class FileStorage {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    /** The limit for the upload of one file: 5 GB at 1.4 MB/s. */
    private static final Duration TRANSFER = Duration.ofHours(1);
    /** How long a signed request is valid. Amazon itself allows clocks to differ by this much. */
    private static final Duration SIGNATURE = Duration.ofMinutes(15);

    private static final int BUFFER = 65_536;
    private static final Pattern ERROR_CODE = Pattern.compile("<Code>(\\w+)</Code>");
    private static final String PROBE = "readiness-probe";

    /** The server answered, but refused the request. */
    private static final class Refusal extends IOException {
        private final String reason;

        private Refusal(String reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /** Reads the body of a response. */
    @FunctionalInterface
    private interface Receiver<T> {
        T take(InputStream body) throws IOException;
    }

    private final S3Bucket bucket;
    private final S3Signer signer;

    public FileStorage(S3Bucket bucket) {
        this(bucket, Clock.systemUTC());
    }

    FileStorage(S3Bucket bucket, Clock clock) {
        this.bucket = bucket;
        this.signer = new S3Signer(bucket, clock);
    }

    /**
     * Streams a body into a file, which exists only after the whole body has arrived.
     *
     * @param length the body's length in bytes
     * @throws IOException when the body ends early or can't be read; the server then stores nothing
     */
    public void put(String name, String type, long length, InputStream body) throws IOException {
        send(SdkHttpMethod.PUT, name, connection -> upload(connection, type, length, body), _ -> null);
    }

    public void put(String name, String type, Path file) throws IOException {
        try (var body = Files.newInputStream(file)) {
            put(name, type, Files.size(file), body);
        }
    }

    public void put(String name, String type, byte[] bytes) throws IOException {
        put(name, type, bytes.length, new ByteArrayInputStream(bytes));
    }

    private void upload(HttpURLConnection connection, String type, long length, InputStream body) throws IOException {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(length);
        connection.setRequestProperty("Content-Type", type);
        var buffer = new byte[BUFFER];
        try (var limit = TransferLimit.of(TRANSFER)) {
            var out = toServer(connection::getOutputStream);
            for (long sent = 0; sent < length; ) {
                var read = body.read(buffer, 0, (int) Math.min(BUFFER, length - sent));
                if (read < 0) {
                    connection.disconnect(); // the server then sees no end of the body, and keeps nothing
                    throw new IOException("the body ended after %d of %d bytes".formatted(sent, length));
                }
                toServer(() -> {
                    out.write(buffer, 0, read);
                    return out;
                });
                sent += read;
            }
        } catch (IOException | RuntimeException e) {
            connection.disconnect();
            throw e;
        }
    }

    /** @throws FileNotFoundException when there is no file of this name */
    public void download(String name, Path to) throws IOException {
        send(SdkHttpMethod.GET, name, _ -> {}, body -> {
            try (var out = Files.newOutputStream(to, CREATE, WRITE, TRUNCATE_EXISTING)) {
                var buffer = new byte[BUFFER];
                for (var read = received(body, buffer); read >= 0; read = received(body, buffer)) {
                    out.write(buffer, 0, read);
                }
                return to;
            }
        });
    }

    private int received(InputStream body, byte[] buffer) throws IOException {
        return toServer(() -> body.read(buffer));
    }

    /** @throws FileNotFoundException when there is no file of this name */
    public byte[] read(String name) throws IOException {
        return send(SdkHttpMethod.GET, name, _ -> {}, body -> toServer(body::readAllBytes));
    }

    /** Deletes the file, if it exists. */
    public void delete(String name) throws IOException {
        try {
            send(SdkHttpMethod.DELETE, name, _ -> {}, _ -> null);
        } catch (FileNotFoundException e) {
            // the file is already gone
        }
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
        try {
            exchange(SdkHttpMethod.GET, PROBE, _ -> {}, _ -> null);
        } catch (FileNotFoundException e) {
            // the server answers
        } catch (Refusal e) {
            if (!e.reason.equals("403 AccessDenied")) throw refused(e);
        }
    }

    /** Prepares a connection and sends the request's body, if there is one. */
    @FunctionalInterface
    private interface Sender {
        void send(HttpURLConnection connection) throws IOException;
    }

    private <T> T send(SdkHttpMethod method, String name, Sender sender, Receiver<T> receiver) throws IOException {
        try {
            return exchange(method, name, sender, receiver);
        } catch (Refusal e) {
            throw refused(e);
        }
    }

    private ServiceUnavailable refused(Refusal e) {
        return new ServiceUnavailable(
                "S3 at %s refuses us: %s".formatted(bucket.address().getAuthority(), e.reason));
    }

    private <T> T exchange(SdkHttpMethod method, String name, Sender sender, Receiver<T> receiver) throws IOException {
        var address = signer.sign(method, name, SIGNATURE).toURL();
        var connection = (HttpURLConnection) address.openConnection();
        connection.setRequestMethod(method.name());
        connection.setConnectTimeout((int) CONNECT.toMillis());
        connection.setReadTimeout((int) ANSWER.toMillis());
        connection.setInstanceFollowRedirects(false);
        sender.send(connection);
        int status = toServer(connection::getResponseCode);
        if (status >= 200 && status < 300) {
            // The library takes an answer whose headers were cut off for one with an empty body.
            if (method == SdkHttpMethod.GET && !hasLength(connection)) throw away(new IOException("no whole answer"));
            try (var body = connection.getInputStream()) {
                return receiver.take(body);
            }
        }
        var reason = status + toServer(() -> code(connection));
        if (reason.equals("404 NoSuchKey")) throw new FileNotFoundException(name);
        throw new Refusal(reason);
    }

    private static boolean hasLength(HttpURLConnection connection) {
        return connection.getContentLengthLong() >= 0 || connection.getHeaderField("Transfer-Encoding") != null;
    }

    private static String code(HttpURLConnection connection) throws IOException {
        try (var body = connection.getErrorStream()) {
            var text = body == null ? "" : new String(body.readNBytes(BUFFER), StandardCharsets.UTF_8);
            var code = ERROR_CODE.matcher(text);
            return code.find() ? " " + code.group(1) : "";
        }
    }

    @FunctionalInterface
    private interface Transfer<T> {
        T run() throws IOException;
    }

    /** Runs a transfer whose IOException means that the connection to the server failed. */
    private <T> T toServer(Transfer<T> transfer) {
        try {
            return transfer.run();
        } catch (IOException e) {
            throw away(e);
        }
    }

    private ServiceUnavailable away(IOException e) {
        var reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new ServiceUnavailable(
                "S3 at %s is away: %s".formatted(bucket.address().getAuthority(), reason));
    }
}
