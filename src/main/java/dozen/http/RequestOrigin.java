package dozen.http;

import dozen.config.WebAddress;
import dozen.config.WebAddress.Authority;
import dozen.domain.DomainError;
import io.javalin.http.Context;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.server.Request;

/**
 * Finds out where a request comes from: the client's address, scheme and host, and the site of the page that sent it. Each
 * proxy appends to X-Forwarded-For the address that it saw, so only the last {@code trustedProxyHops} entries were written
 * by proxies that we trust. A client can forge everything to the left of them.
 */
record RequestOrigin(WebAddress publicUrl, int trustedProxyHops) {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    /** The client's network, for rate limits: for IPv6 its first 64 bits, because a client can use all that follow. */
    String network(Request request) {
        var address = address(request);
        return parse(address)
                .filter(Inet6Address.class::isInstance)
                .map(ipv6 -> HexFormat.of().formatHex(ipv6.getAddress(), 0, 8))
                .orElse(address);
    }

    /** The client's address, or the peer's when the header has no readable entry from a trusted proxy. */
    String address(Request request) {
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
        if (publicUrl.uri().getScheme().equals("https")) return true;
        if (trustedProxyHops == 0) return false;
        var protocols = request.getHeaders().getCSV("X-Forwarded-Proto", false);
        return !protocols.isEmpty() && protocols.getLast().equalsIgnoreCase("https");
    }

    /** Whether the client asked by https for another host than the public address, to which links would lead. */
    boolean isElsewhere(Request request) {
        var host = request.getHeaders().get("Host");
        return host != null && isHttps(request) && !isOurs("https://" + host, null);
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

    /**
     * Refuses a write that a page of another site makes a browser send with our cookie. Browsers report the page's site in
     * Sec-Fetch-Site, or in Origin. A program that sends neither is not a browser, so no page can make it send a user's
     * cookie.
     */
    void requireSameSite(Context context) {
        if (SAFE.contains(context.req().getMethod())) return;
        if (context.routeRoles().contains(Routes.Kind.SIGNED_LINK)) return;
        var site = context.header("Sec-Fetch-Site");
        var origin = context.header("Origin");
        var same = site != null
                ? site.equals("same-origin") || site.equals("none")
                : origin == null || isOurs(origin, context.header("Host"));
        if (!same) throw DomainError.forbidden("This request came from a page of another site.");
    }

    /**
     * Whether a browser's origin is this service: it equals the public address, or the host that the request names. A
     * proxy may have removed TLS or added the port, so that host is compared under the origin's scheme.
     */
    boolean isOurs(String origin, String host) {
        var parts = origin.toLowerCase(Locale.ROOT).split("://", 2);
        if (parts.length < 2 || !parts[0].matches("https?")) return false;
        try {
            var given = WebAddress.origin(parts[0], parts[1]);
            return given.equals(publicUrl.origin()) || host != null && given.equals(WebAddress.origin(parts[0], host));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
