package dozen.http;

import dozen.config.WebAddress;
import dozen.config.WebAddress.Authority;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Optional;
import org.eclipse.jetty.server.Request;

/**
 * Finds the address of the client that sent a request, and tells by which scheme and host it asked. Each proxy appends
 * to X-Forwarded-For the address that it saw, so only the last {@code trustedProxyHops} entries were written by proxies
 * that we trust. A client can forge everything to the left of them.
 */
record ClientAddress(WebAddress publicUrl, int trustedProxyHops) {
    /** The client's network, for rate limits: for IPv6 its first 64 bits, because a client can use all that follow. */
    String network(Request request) {
        var address = of(request);
        return parse(address)
                .filter(Inet6Address.class::isInstance)
                .map(ipv6 -> HexFormat.of().formatHex(ipv6.getAddress(), 0, 8))
                .orElse(address);
    }

    /** The client's address, or the peer's when the header has no readable entry from a trusted proxy. */
    String of(Request request) {
        var peer = Request.getRemoteAddr(request);
        if (trustedProxyHops == 0) return peer;
        // Quotes mean nothing here: a client that opens one would hide the entries that proxies append.
        var entries = String.join(",", request.getHeaders().getValuesList("X-Forwarded-For"))
                .split(",", -1);
        if (entries.length < trustedProxyHops) return peer;
        return parse(entries[entries.length - trustedProxyHops])
                .map(InetAddress::getHostAddress)
                .orElse(peer);
    }

    /** Whether the client used https: the public address is https, or our proxy says so. Anybody may send the header. */
    boolean isHttps(Request request) {
        if (publicUrl.https()) return true;
        if (trustedProxyHops == 0) return false;
        var protocols = request.getHeaders().getCSV("X-Forwarded-Proto", false);
        return !protocols.isEmpty() && protocols.getLast().equalsIgnoreCase("https");
    }

    /** Whether the client asked by https for another host than the public address, to which links would lead. */
    boolean isElsewhere(Request request) {
        var host = request.getHeaders().get("Host");
        if (host == null || !isHttps(request)) return false;
        try {
            return !publicUrl.origin().equals(WebAddress.origin("https", host));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Proxies write IPv4, IPv6, either with a port, IPv6 in brackets, and IPv4 as IPv6 (::ffff:203.0.113.9). */
    static Optional<InetAddress> parse(String entry) {
        try {
            var text = entry.strip();
            var isBareIpv6 = text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[");
            var literal = isBareIpv6 ? text : Authority.parse(text).unbracketed();
            if (literal.contains("%")) return Optional.empty(); // a zone is valid on the proxy's host only
            var address = InetAddress.ofLiteral(literal);
            // Java also reads "10" and "010.0.0.1", which no proxy means as an address.
            var isPlain = literal.contains(":") || address.getHostAddress().equals(literal);
            return isPlain ? Optional.of(address) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
