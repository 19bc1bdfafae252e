package dozen.config;

import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A host with its port, as it stands in addresses. A host may have an underscore, as service names in compose files have,
 * and letters of any script, which become the A-labels that DNS knows. Jetty's HostPort would do, but it logs what it
 * refuses, and what is refused here may be a part of a password.
 *
 * @param host an IPv6 address stands in brackets
 * @param port 0 when there is none
 */
public record Authority(String host, int port) {
    private static final Pattern SHAPE = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._~-]+)(?::(\\d{1,5}))?");
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException when it is none; the message does not repeat it */
    public static Authority parse(String text) {
        var shape = SHAPE.matcher(text.startsWith("[") ? text : ascii(text));
        if (!shape.matches()) throw new IllegalArgumentException("is no host");
        var port = shape.group(2) == null ? 0 : Integer.parseInt(shape.group(2));
        if (port > MAX_PORT || port == 0 && shape.group(2) != null) throw new IllegalArgumentException("is no port");
        return new Authority(shape.group(1).toLowerCase(Locale.ROOT), port);
    }

    /**
     * A domain as it goes over the wire. Java knows IDNA 2003, which turns some domains into others (ß into ss): those
     * don't survive the way back, and are refused.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static String ascii(String domain) {
        var ascii = IDN.toASCII(domain);
        if (IDN.toUnicode(ascii).equalsIgnoreCase(IDN.toUnicode(domain))) return ascii;
        throw new IllegalArgumentException("is no domain");
    }

    public int port(int defaultValue) {
        return port == 0 ? defaultValue : port;
    }
}
