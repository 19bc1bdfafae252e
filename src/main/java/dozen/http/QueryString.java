package dozen.http;

import io.javalin.http.Context;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.util.UrlEncoded;

/**
 * Decodes a request's query as UTF-8 before any route runs. Javalin would use the charset of the body, and drop a
 * parameter that it can't decode: a search would then list everything.
 */
final class QueryString {
    private static final String DECODED = "dozen.query";

    private QueryString() {}

    /** @throws Problem 400 when the query can't be decoded */
    static void decode(Context context) {
        var query = context.queryString();
        if (query == null) return;
        var parameters = new HashMap<String, String>();
        try {
            UrlEncoded.decodeUtf8To(query, 0, query.length(), parameters::putIfAbsent);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("The query is not percent-encoded UTF-8.");
        }
        context.attribute(DECODED, parameters);
    }

    /** The first parameter of this name; null when there is none. */
    static String parameter(Context context, String name) {
        Map<String, String> parameters = context.attribute(DECODED);
        return parameters == null ? null : parameters.get(name);
    }
}
