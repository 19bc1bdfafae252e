package dozen.config;

import java.net.URI;

/** The public address of this service. No other class joins it with a path, so a slash at its end does no harm. */
public final class PublicUrl {
    private final String address;
    private final String origin;

    private PublicUrl(URI address) {
        this.address = address.toString().replaceAll("/+$", "");
        this.origin = WebAddress.origin(address.getScheme(), address.getRawAuthority());
    }

    /** @throws IllegalArgumentException when the text is no http or https address, or has a user, query or fragment */
    public static PublicUrl parse(String text) {
        var address = WebAddress.parse(text);
        if (WebAddress.isPlain(address)) return new PublicUrl(address);
        throw new IllegalArgumentException("must look like https://www.example.com, without ?, # and @");
    }

    /** @param path the path below the root of this service, with its leading slash */
    public String link(String path) {
        return address + path;
    }

    public boolean https() {
        return address.startsWith("https:");
    }

    /** The origin of the address, as browsers send it in the Origin header. */
    public String origin() {
        return origin;
    }

    /** The address without a slash at its end. */
    @Override
    public String toString() {
        return address;
    }
}
