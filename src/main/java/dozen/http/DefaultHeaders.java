package dozen.http;

import java.util.Arrays;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** What every answer carries, errors too. A route may replace any of them. */
final class DefaultHeaders {
    /** Two years, as the preload list asks for. */
    private static final String STRICT_TRANSPORT = "max-age=63072000; includeSubDomains";

    private final HttpField[] fields;

    /** @param https tells browsers to come back by https alone */
    DefaultHeaders(boolean https) {
        var common = new HttpField[] {
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
            new PreEncodedHttpField("Referrer-Policy", "strict-origin-when-cross-origin"),
            new PreEncodedHttpField(
                    "Content-Security-Policy",
                    "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
            new PreEncodedHttpField("Cross-Origin-Resource-Policy", "same-origin"),
            new PreEncodedHttpField("Cache-Control", "no-store"),
            // Javalin compresses whatever is large enough for callers that take it.
            new PreEncodedHttpField("Vary", "Accept-Encoding"),
        };
        fields = Arrays.copyOf(common, common.length + (https ? 1 : 0));
        if (https) fields[common.length] = new PreEncodedHttpField("Strict-Transport-Security", STRICT_TRANSPORT);
    }

    /** To an answer that has none of them yet. */
    void begin(HttpFields.Mutable headers, String requestId) {
        for (var field : fields) headers.add(field);
        headers.add("X-Request-Id", requestId);
    }

    /** To one that may have some. */
    void addTo(HttpFields.Mutable headers, String requestId) {
        for (var field : fields) headers.put(field);
        headers.put("X-Request-Id", requestId);
    }
}
