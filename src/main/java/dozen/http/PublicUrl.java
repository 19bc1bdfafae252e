package dozen.http;

import dozen.config.WebAddress;
import java.net.URI;

/**
 * Where the world sees this service. It is the only place that joins the address with a path, so that links are right
 * whether or not the setting ends with a slash, and also below a path prefix.
 */
public final class PublicUrl {
    private final URI address;
    private final String base;

    private PublicUrl(URI address) {
        this.address = address;
        this.base = address.toString().replaceAll("/+$", "");
    }

    /** @throws IllegalArgumentException when it is no http or https address, or has a user, a query or a fragment */
    public static PublicUrl parse(String text) {
        var address = WebAddress.parse(text);
        if (address.getRawQuery() != null
                || address.getRawFragment() != null
                || address.getRawAuthority().contains("@")) {
            throw new IllegalArgumentException("must look like https://www.example.com, without ?, # and @");
        }
        return new PublicUrl(address);
    }

    /** @param path from the root of this service, with its first slash */
    public String link(String path) {
        return base + path;
    }

    public boolean https() {
        return address.getScheme().equals("https");
    }

    /** As browsers send it in the Origin header. */
    public String origin() {
        return WebAddress.origin(address.getScheme(), address.getRawAuthority());
    }

    /** The address without a slash at its end. */
    @Override
    public String toString() {
        return base;
    }
}
