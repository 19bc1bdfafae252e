package dozen.resources;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * S3, or any server that speaks its protocol, as an attached resource. Amazon's own library signs, Java's HTTP client
 * sends; both are loaded at the first use, for many processes never need them. Every method throws {@link Unavailable}
 * when the server is away or refuses us.
 */
public final class FileStorage implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    /** For a whole file: 5 GB at 1.4 MB/s. */
    private static final Duration TRANSFER = Duration.ofHours(1);

    private static final Pattern ERROR_CODE = Pattern.compile("<Code>(\\w+)</Code>");

    private final S3Bucket bucket;
    private HttpClient http;

    public FileStorage(S3Bucket bucket) {
        this.bucket = bucket;
    }

    /**
     * Streams a body of known length into a file, which is there only once all of it is.
     *
     * @throws IOException when the body ends early or can't be read; then there is no file
     */
    public void put(String name, String type, long length, InputStream body) throws IOException {
        var source = new Source(body);
        try {
            // Not ofInputStream alone, which would not tell the length.
            put(name, type, BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> source), length));
        } catch (Unavailable e) {
            if (source.failure == null && (!source.ended || source.count == length)) throw e;
            throw new IOException(
                    "the body ended after %d of %d bytes".formatted(source.count, length), source.failure);
        }
    }

    /** Remembers how reading went, to tell a sender that gave up from a server that is away. */
    private static final class Source extends FilterInputStream {
        private volatile long count;
        private volatile boolean ended;
        private volatile IOException failure;

        private Source(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int from, int most) throws IOException {
            try {
                var read = in.read(buffer, from, most);
                if (read < 0) ended = true;
                else count += read;
                return read;
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    public void put(String name, String type, Path file) throws IOException {
        put(name, type, Files.size(file) == 0 ? BodyPublishers.noBody() : BodyPublishers.ofFile(file));
    }

    public void put(String name, String type, byte[] bytes) throws IOException {
        put(name, type, BodyPublishers.ofByteArray(bytes));
    }

    private void put(String name, String type, BodyPublisher body) throws IOException {
        send(
                request(SdkHttpMethod.PUT, name, TRANSFER)
                        .header("Content-Type", type)
                        .PUT(body),
                BodyHandlers.ofString());
    }

    /** @throws FileNotFoundException when there is none of this name */
    public void download(String name, Path to) throws IOException {
        send(request(SdkHttpMethod.GET, name, TRANSFER), BodyHandlers.ofFile(to, CREATE, WRITE, TRUNCATE_EXISTING));
    }

    /** @throws FileNotFoundException when there is none of this name */
    public byte[] read(String name) throws IOException {
        return send(request(SdkHttpMethod.GET, name, ANSWER), BodyHandlers.ofByteArray());
    }

    /** Does nothing when there is none. */
    public void delete(String name) throws IOException {
        try {
            send(request(SdkHttpMethod.DELETE, name, ANSWER).DELETE(), BodyHandlers.ofString());
        } catch (FileNotFoundException e) {
            // as wanted
        }
    }

    /** Where anybody may read this file for a while: 7 days at the most, says S3. */
    public URI link(String name, Duration lasts) {
        return signed(SdkHttpMethod.GET, name, lasts);
    }

    /** For readiness: fails when the bucket can't be reached. */
    public void ping() throws IOException {
        send(request(SdkHttpMethod.HEAD, "", ANSWER).method("HEAD", BodyPublishers.noBody()), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(SdkHttpMethod method, String name, Duration limit) {
        return HttpRequest.newBuilder(signed(method, name, limit)).timeout(limit);
    }

    private URI signed(SdkHttpMethod method, String name, Duration lasts) {
        var unsigned =
                SdkHttpRequest.builder().method(method).uri(address(name)).build();
        return Lazy.SIGNER
                .sign(signing -> signing.identity(AwsCredentialsIdentity.create(
                                bucket.keyId(), bucket.key().reveal()))
                        .request(unsigned)
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, bucket.region())
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                        .putProperty(
                                AwsV4FamilyHttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, lasts))
                .request()
                .getUri();
    }

    private URI address(String name) {
        if (name.isEmpty()) return bucket.address();
        var encoded = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
        return URI.create(bucket.address() + "/" + encoded);
    }

    private <T> T send(HttpRequest.Builder request, BodyHandler<T> whenFound) throws IOException {
        var built = request.build();
        var refusal = new String[1];
        HttpResponse<T> answer;
        try {
            answer = http().send(built, head -> {
                if (head.statusCode() < 300) return whenFound.apply(head);
                return HttpResponse.BodySubscribers.mapping(
                        HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8), text -> {
                            refusal[0] = text;
                            return null;
                        });
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            throw new Unavailable(
                    "S3 at %s is away: %s".formatted(bucket.address().getAuthority(), reason(e)));
        }
        if (answer.statusCode() < 300) return answer.body();
        var code = ERROR_CODE.matcher(String.valueOf(refusal[0]));
        var reason = answer.statusCode() + (code.find() ? " " + code.group(1) : "");
        if (reason.endsWith("404 NoSuchKey"))
            throw new FileNotFoundException(built.uri().getPath());
        throw new Unavailable("S3 at %s answered %s".formatted(bucket.address().getAuthority(), reason));
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private synchronized HttpClient http() {
        if (http == null) {
            http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .executor(Executors.newThreadPerTaskExecutor(
                            Thread.ofVirtual().name("s3-", 0).factory()))
                    .build();
        }
        return http;
    }

    private static final class Lazy {
        static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();
    }

    @Override
    public synchronized void close() {
        if (http != null) http.shutdownNow();
    }
}
