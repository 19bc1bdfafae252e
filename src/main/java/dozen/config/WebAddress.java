package dozen.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Reads an absolute http or https address; the host is read by {@link Authority}'s rules. */
public final class WebAddress {
    private WebAddress() {}

    /**
     * Returns the address with its scheme and host in lower case, and the host in A-labels.
     *
     * @throws IllegalArgumentException when the text is no such address; the message does not repeat it
     */
    public static URI parse(String text) {
        try {
            var address = new URI(text);
            var scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
            var authority = address.getRawAuthority();
            if (authority == null || !scheme.equals("http") && !scheme.equals("https")) throw malformed();
            var at = authority.lastIndexOf('@') + 1;
            var server = Authority.parse(authority.substring(at));
            var port = server.port() == 0 ? "" : ":" + server.port();
            var rest = text.substring(text.indexOf("//") + 2 + authority.length());
            return new URI(scheme + "://" + authority.substring(0, at) + server.host() + port + rest);
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw malformed();
        }
    }

    /**
     * Returns the origin as browsers send it: scheme, host and port, without the port when it is the scheme's default.
     *
     * @throws IllegalArgumentException when the authority is not valid
     */
    public static String origin(String scheme, String authority) {
        var server = Authority.parse(authority);
        var defaultValue = scheme.equals("https") ? 443 : 80;
        return scheme + "://" + server.host() + (server.port(defaultValue) == defaultValue ? "" : ":" + server.port());
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("must look like https://www.example.com");
    }
}
