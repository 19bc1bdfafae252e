package dozen.services;

import dozen.config.Env;
import dozen.config.Secret;
import dozen.config.WebAddress;
import java.net.URI;
import java.util.Optional;

/**
 * The bucket that holds the files, and the credentials for it, which may be temporary and then have a token.
 *
 * @param address without a slash at its end
 */
public record S3Bucket(URI address, String region, String keyId, Secret key, Optional<Secret> sessionToken) {
    /** Empty when S3_BUCKET is unset, or when its credentials are missing, which is a fault. */
    public static Optional<S3Bucket> read(Env env) {
        var bucket = env.setting("S3_BUCKET", "where files are kept; unset: nothing that needs files works")
                .optional(S3Bucket::name);
        var keyId = env.setting("AWS_ACCESS_KEY_ID", "S3 access key ID").optional(text -> text);
        var key = env.setting("AWS_SECRET_ACCESS_KEY", "secret of the S3 access key")
                .optionalSecret(Secret::new);
        var token = env.setting("AWS_SESSION_TOKEN", "token of temporary S3 credentials")
                .optionalSecret(Secret::new);
        var region = env.setting("AWS_REGION", "S3's region").text("us-east-1");
        var endpoint = env.setting("AWS_ENDPOINT_URL_S3", "another server that speaks S3's protocol")
                .optional(S3Bucket::endpoint);
        if (bucket.isEmpty()) return Optional.empty();
        if (keyId.isEmpty()) env.fault("AWS_ACCESS_KEY_ID is required with S3_BUCKET");
        if (key.isEmpty()) env.fault("AWS_SECRET_ACCESS_KEY is required with S3_BUCKET");
        if (keyId.isEmpty() || key.isEmpty()) return Optional.empty();
        var address = endpoint.map(url -> at(url, bucket.get())).orElseGet(() -> amazon(bucket.get(), region));
        return Optional.of(new S3Bucket(address, region, keyId.get(), key.get(), token));
    }

    /** The origin of the files' addresses, for a page that loads some. */
    public String origin() {
        return address.getScheme() + "://" + address.getRawAuthority();
    }

    /** The address of a bucket at Amazon. */
    static URI amazon(String bucket, String region) {
        return URI.create("https://%s.s3.%s.amazonaws.com".formatted(bucket, region));
    }

    /** The address of a bucket at another server: the bucket's name follows the endpoint's path. */
    static URI at(URI endpoint, String bucket) {
        var text = endpoint.toString();
        return URI.create((text.endsWith("/") ? text : text + "/") + bucket);
    }

    /** Follows Amazon's rule for bucket names, but without dots, which don't work with TLS. */
    private static String name(String text) {
        if (text.matches("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")) return text;
        throw new IllegalArgumentException("must be a bucket's name (3 to 63 small letters, digits and hyphens)");
    }

    /** Accepts an http or https address without a login, a query and a fragment. */
    static URI endpoint(String text) {
        return WebAddress.base(text).uri();
    }
}
