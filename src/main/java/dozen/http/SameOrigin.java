package dozen.http;

import dozen.config.WebAddress;
import dozen.domain.DomainError;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses writes that a page of another site makes a browser send with our cookie. Browsers report the page's site in
 * Sec-Fetch-Site, or in Origin. A program that sends neither is not a browser, so no page can make it send a user's
 * cookie.
 */
record SameOrigin(WebAddress publicUrl) {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    void check(Context context) {
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
