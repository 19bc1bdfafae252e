package dozen.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** An absolute http or https address, whose scheme and host are in lower case, and whose host is in A-labels. */
public record WebAddress(URI uri) {
    /** @throws IllegalArgumentException when the text is no such address; the message does not repeat it */
    public static WebAddress parse(String text) {
        try {
            var uri = new URI(text);
            var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            var authority = uri.getRawAuthority();
            if (authority != null && scheme.matches("https?")) {
                var at = authority.lastIndexOf('@') + 1;
                var server = Authority.parse(authority.substring(at)).withPortUnless(0);
                var rest = text.substring(text.indexOf("//") + 2 + authority.length());
                return new WebAddress(new URI(scheme + "://" + authority.substring(0, at) + server + rest));
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // refused below
        }
        throw new IllegalArgumentException("must look like https://www.example.com");
    }

    /**
     * Reads an address to which paths are added. It may have no login, query or fragment, and a slash at its end is left
     * out.
     */
    public static WebAddress base(String text) {
        var uri = parse(text).uri;
        if (uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || uri.getRawAuthority().contains("@")) {
            throw new IllegalArgumentException("must look like https://www.example.com, without ?, # and @");
        }
        return new WebAddress(URI.create(uri.toString().replaceAll("/+$", "")));
    }

    /** @param path the path below this base address, with its leading slash */
    public String link(String path) {
        return uri + path;
    }

    public boolean https() {
        return uri.getScheme().equals("https");
    }

    /** The origin of this address, as browsers send it in the Origin header. */
    public String origin() {
        return origin(uri.getScheme(), uri.getRawAuthority());
    }

    /** An origin has a scheme, a host and a port, unless it is the scheme's default port. */
    public static String origin(String scheme, String authority) {
        return scheme + "://" + Authority.parse(authority).withPortUnless(scheme.equals("https") ? 443 : 80);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
