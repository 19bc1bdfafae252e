package dozen.http;

import dozen.config.WebAddress;
import dozen.domain.DomainError;
import io.javalin.http.Context;
import io.javalin.security.RouteRole;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses writes that a page of another site makes a browser send with our cookie. Browsers report the page's site in
 * Sec-Fetch-Site, or in Origin. A program that sends neither is not a browser, so no page can make it send a user's
 * cookie.
 */
final class SameOrigin {
    /** Marks a route that is authorized by a signature in its URL, and not by the cookie. */
    enum Exempt implements RouteRole {
        SIGNED_LINK
    }

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private final String publicOrigin;

    SameOrigin(PublicUrl publicUrl) {
        this.publicOrigin = publicUrl.origin();
    }

    void check(Context context) {
        if (SAFE.contains(context.req().getMethod())) return;
        if (context.routeRoles().contains(Exempt.SIGNED_LINK)) return;
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
        try {
            var parts = origin.split("://", 2);
            if (parts.length < 2 || !parts[0].toLowerCase(Locale.ROOT).matches("https?")) return false;
            var scheme = parts[0].toLowerCase(Locale.ROOT);
            var given = WebAddress.origin(scheme, parts[1]);
            return given.equals(publicOrigin) || host != null && given.equals(WebAddress.origin(scheme, host));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
