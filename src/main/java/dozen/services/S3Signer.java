package dozen.services;

import dozen.config.Authority;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Signs the address of a file in a bucket, so that anybody who has it can use it until it expires. */
final class S3Signer {
    private final S3Bucket bucket;
    private final Clock clock;

    S3Signer(S3Bucket bucket, Clock clock) {
        this.bucket = bucket;
        this.clock = clock;
    }

    URI sign(SdkHttpMethod method, String name, Duration lasts) {
        return Lazy.SIGNER
                .sign(signing -> signing.identity(identity())
                        .request(unsigned(method, name))
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock)
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

    private AwsCredentialsIdentity identity() {
        var key = bucket.key().reveal();
        return bucket.sessionToken()
                .<AwsCredentialsIdentity>map(
                        token -> AwsSessionCredentialsIdentity.create(bucket.keyId(), key, token.reveal()))
                .orElseGet(() -> AwsCredentialsIdentity.create(bucket.keyId(), key));
    }

    private SdkHttpRequest unsigned(SdkHttpMethod method, String name) {
        var address = bucket.address();
        var server = Authority.parse(address.getRawAuthority());
        var encoded = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
        return SdkHttpRequest.builder()
                .method(method)
                .protocol(address.getScheme())
                .host(server.host())
                .port(server.port(address.getScheme().equals("https") ? 443 : 80))
                .encodedPath(address.getRawPath() + "/" + encoded)
                .build();
    }

    /** The signer is loaded at its first use, because many processes never need it. */
    private static final class Lazy {
        static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();
    }
}
