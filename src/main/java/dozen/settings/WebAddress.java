package dozen.settings;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.eclipse.jetty.util.HostPort;

/**
 * Reads an absolute http or https address. The host may have an underscore, as service names in compose files have, and
 * letters of any script, which become the A-labels that DNS knows: java.net.URI alone refuses both as hosts.
 */
public final class WebAddress {
    private WebAddress() {}

    /**
     * The address with its scheme and host in the form that goes over the wire.
     *
     * @throws IllegalArgumentException when the text is no such address; the message does not repeat it
     */
    public static URI parse(String text) {
        try {
            var address = new URI(text);
            var scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
            var authority = address.getRawAuthority();
            if (authority == null || !scheme.equals("http") && !scheme.equals("https")) throw malformed();
            var ascii = ascii(authority);
            var hostPort = new HostPort(ascii.substring(ascii.lastIndexOf('@') + 1));
            if (!hostPort.hasHost()) throw malformed();
            return new URI(scheme + "://" + ascii + text.substring(text.indexOf(authority) + authority.length()));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw malformed();
        }
    }

    /** User names and ports are ASCII, so that the conversion leaves them as they are. */
    private static String ascii(String authority) {
        return authority.startsWith("[") ? authority : IDN.toASCII(authority).toLowerCase(Locale.ROOT);
    }

    /**
     * What browsers call an origin: scheme, host and port, the port left out where it is the scheme's own.
     *
     * @throws IllegalArgumentException when the authority is none
     */
    public static String origin(String scheme, String authority) {
        var hostPort = new HostPort(ascii(authority));
        var standardPort = scheme.equals("https") ? 443 : 80;
        var port = hostPort.getPort(standardPort);
        return scheme + "://" + hostPort.getHost() + (port == standardPort ? "" : ":" + port);
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("must look like https://www.example.com");
    }
}
