package dozen.services;

import dozen.config.Authority;
import dozen.config.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Signs the addresses of files in a bucket. Amazon's library computes the signature. */
record S3Signer(S3Bucket bucket, Clock clock) {
    /** Returns the signed address of a file: anybody who has it can use it until it expires. */
    URI sign(SdkHttpMethod method, String name, Duration lasts) {
        var address = bucket.address();
        var server = Authority.parse(address.getRawAuthority());
        var path = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
        var unsigned = SdkHttpRequest.builder()
                .method(method)
                .protocol(address.getScheme())
                .host(server.host())
                .port(server.port(address.getScheme().equals("https") ? 443 : 80))
                .encodedPath(address.getRawPath() + "/" + path)
                .build();
        return AwsV4HttpSigner.create()
                .sign(signing -> signing.identity(identity())
                        .request(unsigned)
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
        var token = bucket.sessionToken().map(Secret::reveal);
        if (token.isEmpty())
            return AwsCredentialsIdentity.create(bucket.keyId(), bucket.key().reveal());
        return AwsSessionCredentialsIdentity.create(bucket.keyId(), bucket.key().reveal(), token.get());
    }
}
