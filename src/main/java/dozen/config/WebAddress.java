package dozen.config;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/** An absolute http or https address, whose scheme and host are in lower case, and whose host is in A-labels. */
public record WebAddress(URI uri) {
    /**
     * A host with an optional port, as in the authority of an address. A host may contain underscores, as service names
     * in compose files do, and letters of any script, which become the A-labels that DNS knows. Jetty's HostPort is not
     * used, because it logs what it refuses, and a refused text may be part of a password.
     *
     * @param host in lower case; an IPv6 address stands in brackets
     * @param port 1 to 65,535, or 0 when there is none
     */
    public record Authority(String host, int port) {
        private static final Pattern SHAPE = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._~-]+)(?::(\\d{1,5}))?");

        /** @throws IllegalArgumentException when the text is no authority; the message does not repeat it */
        public static Authority parse(String text) {
            var shape = SHAPE.matcher(text.startsWith("[") ? text : ascii(text));
            if (!shape.matches()) throw new IllegalArgumentException("is no host");
            var port = shape.group(2) == null ? 0 : Integer.parseInt(shape.group(2));
            if (port > 65_535 || port == 0 && shape.group(2) != null) throw new IllegalArgumentException("is no port");
            return new Authority(shape.group(1).toLowerCase(Locale.ROOT), port);
        }

        /**
         * Returns the domain in A-labels. Java implements IDNA 2003, which turns some domains into others (ß into ss).
         * Such a domain is refused with an IllegalArgumentException, because converting it back gives a different one.
         * A plain domain is returned as it is, because Java's tables for all others take 20 ms of a start.
         */
        public static String ascii(String domain) {
            if (domain.matches("[ -~]*") && !domain.toLowerCase(Locale.ROOT).contains("xn--")) return domain;
            var ascii = IDN.toASCII(domain);
            if (IDN.toUnicode(ascii).equalsIgnoreCase(IDN.toUnicode(domain))) return ascii;
            throw new IllegalArgumentException("is no domain");
        }

        /** The host; an IPv6 address stands without its brackets. */
        public String unbracketed() {
            return host.replaceAll("[\\[\\]]", "");
        }

        public int port(int defaultValue) {
            return port == 0 ? defaultValue : port;
        }

        @Override
        public String toString() {
            return port == 0 ? host : host + ":" + port;
        }
    }

    /**
     * Reads an address to which paths are added, and drops slashes at its end.
     *
     * @throws IllegalArgumentException when the text is no such address, or has a login, a query or a fragment; the
     *     message does not repeat it
     */
    public static WebAddress base(String text) {
        try {
            var uri = new URI(text);
            var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (scheme.matches("https?") && uri.getRawAuthority() != null && !text.matches(".*[?#].*")) {
                var path = uri.getRawPath().replaceAll("/+$", "");
                return new WebAddress(new URI(scheme + "://" + Authority.parse(uri.getRawAuthority()) + path));
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // refused below
        }
        throw new IllegalArgumentException("must look like https://www.example.com, without ?, # and @");
    }

    /** The origin of this address, as browsers send it in the Origin header. */
    public String origin() {
        return origin(uri.getScheme(), uri.getRawAuthority());
    }

    /** An origin has a scheme, a host and a port, unless it is the scheme's default port. */
    public static String origin(String scheme, String authority) {
        var server = Authority.parse(authority);
        var isStandard = server.port() == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + (isStandard ? server.host() : server);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
