package dozen.http;

import io.javalin.http.Context;

/**
 * Sends HTML pages for people. A page may load its files from this server only, and inline scripts and styles are
 * forbidden.
 */
public final class Html {
    static final String TYPE = "text/html; charset=utf-8";
    /**
     * The Content-Security-Policy of pages. It allows images from data: addresses, because Pico draws its icons with
     * them.
     */
    public static final String POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self' data:";

    private Html() {}

    public static void answer(Context context, String page) {
        answer(context, page, "");
    }

    /** @param media another origin from which the page may load pictures and moving pictures; empty for none */
    public static void answer(Context context, String page, String media) {
        context.header("Content-Security-Policy", policy(media));
        context.contentType(TYPE).result(page);
    }

    private static String policy(String media) {
        return media.isEmpty() ? POLICY : "%s %s; media-src %s".formatted(POLICY, media, media);
    }

    /**
     * Whether to answer with a page: the caller accepts HTML, as browsers do, and the path is not below {@code /api/}.
     */
    static boolean isWanted(String path, String accept) {
        return accept != null && accept.contains("text/html") && !path.startsWith("/api/");
    }
}
