package dozen.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Reads an absolute http or https address; the host is read by {@link Authority}'s rules. */
public final class WebAddress {
    private WebAddress() {}

    /**
     * Returns the address with its scheme and host in lower case, and the host in A-labels. Any other text is refused
     * with an IllegalArgumentException that does not repeat it.
     */
    public static URI parse(String text) {
        try {
            var address = new URI(text);
            var scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
            var authority = address.getRawAuthority();
            if (authority != null && (scheme.equals("http") || scheme.equals("https"))) {
                var at = authority.lastIndexOf('@') + 1;
                var server = Authority.parse(authority.substring(at)).withPortUnless(0);
                var rest = text.substring(text.indexOf("//") + 2 + authority.length());
                return new URI(scheme + "://" + authority.substring(0, at) + server + rest);
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // refused below
        }
        throw new IllegalArgumentException("must look like https://www.example.com");
    }

    /** Tells whether a parsed address has no query, no fragment and no login. */
    public static boolean isPlain(URI address) {
        return address.getRawQuery() == null
                && address.getRawFragment() == null
                && !address.getRawAuthority().contains("@");
    }

    /** Returns the origin as browsers send it: scheme, host and port, unless it is the scheme's default port. */
    public static String origin(String scheme, String authority) {
        return scheme + "://" + Authority.parse(authority).withPortUnless(scheme.equals("https") ? 443 : 80);
    }
}
