package dozen.files;

import dozen.config.Env;
import dozen.config.Secret;
import dozen.config.WebAddress;
import dozen.services.ServiceUnavailable;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * S3, or any server that speaks its protocol, as an attached resource. The methods distinguish three failures:
 * {@link ServiceUnavailable} when the server is away or refuses us, FileNotFoundException when the file does not exist,
 * and any other IOException when reading the body or writing the local file failed.
 */
public final class FileStorage {
    private static final int BUFFER = 65_536;

    /** The bucket that holds the files, and the credentials for it, which may be temporary and then have a token. */
    public record Settings(WebAddress address, String region, String keyId, Secret key, Optional<Secret> sessionToken) {
        /** Empty when S3_BUCKET is unset, or when its credentials are missing, which is a fault. */
        public static Optional<Settings> read(Env env) {
            var bucket = env.setting("S3_BUCKET", "where files are kept; unset: nothing that needs files works")
                    .optional(Settings::name);
            var keyId = env.setting("AWS_ACCESS_KEY_ID", "S3 access key ID").optional(text -> text);
            var key = env.setting("AWS_SECRET_ACCESS_KEY", "secret of the S3 access key")
                    .optionalSecret(Secret::new);
            var token = env.setting("AWS_SESSION_TOKEN", "token of temporary S3 credentials")
                    .optionalSecret(Secret::new);
            var region = env.setting("AWS_REGION", "S3's region").parsed("us-east-1", Settings::region);
            var endpoint = env.setting("AWS_ENDPOINT_URL_S3", "another server that speaks S3's protocol")
                    .optional(WebAddress::base);
            if (bucket.isEmpty()) return Optional.empty();
            if (keyId.isEmpty()) env.fault("AWS_ACCESS_KEY_ID is required with S3_BUCKET");
            if (key.isEmpty()) env.fault("AWS_SECRET_ACCESS_KEY is required with S3_BUCKET");
            if (keyId.isEmpty() || key.isEmpty()) return Optional.empty();
            // Amazon has the bucket in the host; at another server its name follows the endpoint's path.
            var address = endpoint.map(each -> each + "/" + bucket.get())
                    .orElseGet(() -> "https://%s.s3.%s.amazonaws.com".formatted(bucket.get(), region));
            return Optional.of(new Settings(WebAddress.base(address), region, keyId.get(), key.get(), token));
        }

        private static String region(String text) {
            if (text.matches("[a-z0-9-]+")) return text;
            throw new IllegalArgumentException("must be a region's name, such as us-east-1");
        }

        /** Follows Amazon's rule for bucket names, but without dots, which don't work with TLS. */
        private static String name(String text) {
            if (text.matches("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")) return text;
            throw new IllegalArgumentException("must be a bucket's name (3 to 63 small letters, digits and hyphens)");
        }
    }

    private final S3Client client;

    public FileStorage(Settings settings) {
        this(settings, Clock.systemUTC());
    }

    FileStorage(Settings settings, Clock clock) {
        client = new S3Client(settings, clock);
    }

    /**
     * Streams a body into a file, which exists only after the whole body has arrived.
     *
     * @param length the body's length in bytes
     * @throws IOException when the body ends early or can't be read; the server then stores nothing
     */
    public void put(String name, String type, long length, InputStream body) throws IOException {
        var connection = client.open(SdkHttpMethod.PUT, name);
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(length);
        connection.setRequestProperty("Content-Type", type);
        // A socket's own time-out limits reads only, and a write may block forever. On a virtual thread, where requests
        // and jobs run, an interrupt closes the socket. An hour is enough for 5 GB at 1.4 MB/s.
        var uploading = Thread.currentThread();
        var limit = new CompletableFuture<Void>().orTimeout(1, TimeUnit.HOURS);
        limit.whenComplete((_, late) -> {
            if (late != null) uploading.interrupt();
        });
        try {
            upload(connection, length, body);
        } catch (IOException | RuntimeException e) {
            connection.disconnect(); // the server then sees no end of the body, and keeps nothing
            throw e;
        } finally {
            limit.complete(null);
        }
        client.answer(connection, name).close();
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
        var out = client.toServer(connection::getOutputStream);
        var buffer = new byte[BUFFER];
        for (long sent = 0; sent < length; ) {
            var read = body.read(buffer, 0, (int) Math.min(BUFFER, length - sent));
            if (read < 0) throw new IOException("the body ended after %d of %d bytes".formatted(sent, length));
            client.toServer(() -> {
                out.write(buffer, 0, read);
                return out;
            });
            sent += read;
        }
    }

    /** @throws FileNotFoundException when there is no file of this name */
    public void download(String name, Path to) throws IOException {
        try (var body = client.request(SdkHttpMethod.GET, name);
                var out = Files.newOutputStream(to)) {
            var buffer = new byte[BUFFER];
            int read;
            while ((read = client.toServer(() -> body.read(buffer))) >= 0) out.write(buffer, 0, read);
        }
    }

    /** Returns the file's size in bytes; -1 when there is no such file. */
    public long size(String name) throws IOException {
        var connection = client.open(SdkHttpMethod.HEAD, name);
        // The answer to HEAD has no body that tells errors apart. A user that may not list the bucket gets 403.
        client.answer(connection, name, "404", "403").close();
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK ? connection.getContentLengthLong() : -1;
    }

    /** Deletes the file, if it exists. */
    public void delete(String name) throws IOException {
        client.request(SdkHttpMethod.DELETE, name, S3Client.NO_SUCH_FILE).close();
    }

    /** Returns an address at which anybody can read this file until it expires, after at most 7 days (S3's limit). */
    public URI link(String name, Duration lasts) {
        return client.sign(SdkHttpMethod.GET, name, lasts, Map.of());
    }

    /** Returns an address to which anybody can PUT this file, of this type and length, until it expires. */
    public URI uploadLink(String name, String type, long length, Duration lasts) {
        var headers = Map.of("Content-Type", type, "Content-Length", String.valueOf(length));
        return client.sign(SdkHttpMethod.PUT, name, lasts, headers);
    }

    /**
     * The readiness check: fails when the server is away or refuses us. It asks for a file that does not exist. A user
     * that may not list the bucket gets 403 AccessDenied for such a file, which also counts as an answer.
     */
    public void ping() throws IOException {
        client.request(SdkHttpMethod.GET, "readiness-probe", S3Client.NO_SUCH_FILE, "403 AccessDenied")
                .close();
    }
}
