package dozen.http;

import dozen.config.WebAddress;
import java.net.URI;

/**
 * The public address of this service. No other class joins the address with a path, so links are right whether or not
 * the setting ends with a slash, and also below a path prefix.
 */
public final class PublicUrl {
    private final URI address;
    private final String base;

    private PublicUrl(URI address) {
        this.address = address;
        this.base = address.toString().replaceAll("/+$", "");
    }

    /**
     * @throws IllegalArgumentException when the text is not an http or https address, or has a user, a query or a
     *     fragment
     */
    public static PublicUrl parse(String text) {
        var address = WebAddress.parse(text);
        if (address.getRawQuery() != null
                || address.getRawFragment() != null
                || address.getRawAuthority().contains("@")) {
            throw new IllegalArgumentException("must look like https://www.example.com, without ?, # and @");
        }
        return new PublicUrl(address);
    }

    /** @param path the path below the root of this service, with its leading slash */
    public String link(String path) {
        return base + path;
    }

    public boolean https() {
        return address.getScheme().equals("https");
    }

    /** The origin of the address, as browsers send it in the Origin header. */
    public String origin() {
        return WebAddress.origin(address.getScheme(), address.getRawAuthority());
    }

    /** The address without a slash at its end. */
    @Override
    public String toString() {
        return base;
    }
}
