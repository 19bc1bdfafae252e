package dozen.http;

import io.javalin.http.Context;
import org.eclipse.jetty.util.UrlEncoded;

/** Refuses a query that can't be decoded: a parameter of it would else be missing, and a search list everything. */
final class QueryString {
    private QueryString() {}

    static void check(Context context) {
        var query = context.queryString();
        if (query == null) return;
        try {
            UrlEncoded.decodeUtf8To(query, 0, query.length(), (_, _) -> {});
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("The query is not percent-encoded UTF-8.");
        }
    }
}
