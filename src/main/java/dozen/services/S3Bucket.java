package dozen.services;

import dozen.config.Secret;
import dozen.config.WebAddress;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The bucket that holds the files, and the credentials for it.
 *
 * @param address the bucket's address, without a slash at its end
 * @param sessionToken the token of temporary credentials
 */
public record S3Bucket(URI address, String region, String keyId, Secret key, Optional<Secret> sessionToken) {
    /** Amazon's rule for bucket names, but without dots, which don't work with TLS. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    /** The address of a bucket at Amazon. */
    public static URI amazon(String bucket, String region) {
        return URI.create("https://%s.s3.%s.amazonaws.com".formatted(bucket, region));
    }

    /**
     * The address of a bucket at any server that speaks S3's protocol: the bucket's name follows the endpoint's path.
     */
    public static URI at(URI endpoint, String bucket) {
        var text = endpoint.toString();
        return URI.create((text.endsWith("/") ? text : text + "/") + bucket);
    }

    /** @throws IllegalArgumentException when the text can't be a bucket's name */
    public static String name(String text) {
        if (NAME.matcher(text).matches()) return text;
        throw new IllegalArgumentException("must be a bucket's name (3 to 63 small letters, digits and hyphens)");
    }

    /** @throws IllegalArgumentException when it is no http or https address, or has a login, a query or a fragment */
    public static URI endpoint(String text) {
        var address = WebAddress.parse(text);
        var isPlain = address.getRawQuery() == null && address.getRawFragment() == null;
        if (isPlain && !address.getRawAuthority().contains("@")) return address;
        throw new IllegalArgumentException("must look like https://s3.example.com");
    }
}
