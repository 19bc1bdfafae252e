package dozen.http;

import io.javalin.http.Context;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/**
 * Refuses writes that a page of another site makes a browser send with our cookie. Browsers tell by Sec-Fetch-Site, or
 * by Origin; a program that sends neither is not a browser, and nobody can make it send somebody's cookie.
 */
final class SameOrigin {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private SameOrigin() {}

    static void check(Context context) {
        if (SAFE.contains(context.req().getMethod())) return;
        var site = context.header("Sec-Fetch-Site");
        var origin = context.header("Origin");
        var same = site != null
                ? site.equals("same-origin") || site.equals("none")
                : origin == null || authority(origin).equalsIgnoreCase(String.valueOf(context.header("Host")));
        if (!same) throw Problem.forbidden("This request came from a page of another site.");
    }

    private static String authority(String origin) {
        try {
            return String.valueOf(new URI(origin).getRawAuthority());
        } catch (URISyntaxException e) {
            return "";
        }
    }
}
