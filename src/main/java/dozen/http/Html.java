package dozen.http;

import io.javalin.http.Context;

/** An answer for people. Its page may load what this server has, and nothing may stand in the page itself but text. */
public final class Html {
    static final String TYPE = "text/html; charset=utf-8";
    /** Pico draws its icons by data: addresses. */
    static final String POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self' data:";

    private Html() {}

    public static void answer(Context context, String page) {
        answer(context, page, "");
    }

    /** @param media another origin that the page's pictures and films come from; empty for none */
    public static void answer(Context context, String page, String media) {
        context.header("Content-Security-Policy", policy(media));
        context.contentType(TYPE).result(page);
    }

    private static String policy(String media) {
        return media.isEmpty() ? POLICY : "%s %s; media-src %s".formatted(POLICY, media, media);
    }

    /** Does this caller, a browser, want a page rather than a document? */
    static boolean isWanted(String path, String accept) {
        return accept != null && accept.contains("text/html") && !path.startsWith("/api/");
    }
}
