package dozen.http;

import io.javalin.http.Context;

/** An answer for people. */
public final class Html {
    private Html() {}

    public static void answer(Context context, String page) {
        context.contentType("text/html; charset=utf-8").result(page);
    }
}
