package dozen.files;

import dozen.config.Secret;
import dozen.config.WebAddress.Authority;
import dozen.services.ServiceUnavailable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/**
 * Signs the addresses of files in a bucket, and judges the answers. Amazon's library computes the signatures. Java's
 * HttpURLConnection sends the requests, because java.net.http rejects host names with an underscore, which service
 * names in compose files may have.
 */
record S3Client(FileStorage.Settings bucket, Clock clock) {
    static final String NO_SUCH_FILE = "404 NoSuchKey";
    private static final Pattern ERROR_CODE = Pattern.compile("<Code>(\\w+)</Code>");
    /** How long a signed request is valid. Amazon itself allows clocks to differ by this much. */
    private static final Duration SIGNATURE_TTL = Duration.ofMinutes(15);

    /** A part of a transfer. Its IOException means that the connection to the server failed. */
    @FunctionalInterface
    interface Transfer<T> {
        T run() throws IOException;
    }

    /**
     * Returns the signed address of a file: anybody who has it can use it until it expires.
     *
     * @param headers what must be sent along
     */
    URI sign(SdkHttpMethod method, String name, Duration lasts, Map<String, String> headers) {
        var address = bucket.address().uri();
        var server = Authority.parse(address.getRawAuthority());
        var path = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
        var unsigned = SdkHttpRequest.builder()
                .method(method)
                .protocol(address.getScheme())
                .host(server.host())
                .port(server.port(address.getScheme().equals("https") ? 443 : 80))
                .encodedPath(address.getRawPath() + "/" + path);
        headers.forEach(unsigned::putHeader);
        return AwsV4HttpSigner.create()
                .sign(signing -> signing.identity(identity())
                        .request(unsigned.build())
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock)
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, bucket.region())
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                        .putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, lasts))
                .request()
                .getUri();
    }

    private AwsCredentialsIdentity identity() {
        var key = bucket.key().reveal();
        if (bucket.sessionToken().isEmpty()) return AwsCredentialsIdentity.create(bucket.keyId(), key);
        var token = bucket.sessionToken().map(Secret::reveal).get();
        return AwsSessionCredentialsIdentity.create(bucket.keyId(), key, token);
    }

    /** @param accepted the refusals that count as an empty answer */
    InputStream request(SdkHttpMethod method, String name, String... accepted) throws IOException {
        return answer(open(method, name), name, accepted);
    }

    HttpURLConnection open(SdkHttpMethod method, String name) throws IOException {
        var address = sign(method, name, SIGNATURE_TTL, Map.of()).toURL();
        var connection = (HttpURLConnection) address.openConnection();
        connection.setRequestMethod(method.name());
        connection.setConnectTimeout(3_000);
        connection.setReadTimeout(15_000);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    InputStream answer(HttpURLConnection connection, String name, String... accepted) throws IOException {
        var refusal = toServer(() -> refusal(connection));
        if (List.of(accepted).contains(refusal)) return InputStream.nullInputStream();
        if (refusal.equals(NO_SUCH_FILE)) throw new FileNotFoundException(name);
        if (!refusal.isEmpty()) throw new ServiceUnavailable(server() + " refuses us: " + refusal);
        // The library takes an answer whose headers were cut off for one with an empty body.
        var isWhole = connection.getContentLengthLong() >= 0 || connection.getHeaderField("Transfer-Encoding") != null;
        if (isWhole || !connection.getRequestMethod().equals("GET")) return connection.getInputStream();
        throw new ServiceUnavailable(server() + " is away: no whole answer");
    }

    /** Returns the status and the code with which the server refused the request; empty when it did not. */
    private static String refusal(HttpURLConnection connection) throws IOException {
        var status = connection.getResponseCode();
        if (status >= 200 && status < 300) return "";
        try (var body = connection.getErrorStream()) {
            var text = body == null ? "" : new String(body.readNBytes(65_536), StandardCharsets.UTF_8);
            var code = ERROR_CODE.matcher(text);
            return status + (code.find() ? " " + code.group(1) : "");
        }
    }

    <T> T toServer(Transfer<T> transfer) {
        try {
            return transfer.run();
        } catch (IOException e) {
            throw ServiceUnavailable.of(server(), e);
        }
    }

    private String server() {
        return "S3 at " + bucket.address().uri().getAuthority();
    }
}
