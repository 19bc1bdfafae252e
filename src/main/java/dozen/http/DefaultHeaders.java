package dozen.http;

import java.util.Arrays;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** The headers of every response, errors included. A route may replace any of them. */
final class DefaultHeaders {
    /** Two years, in seconds, as the HSTS preload list recommends. */
    private static final String STRICT_TRANSPORT = "max-age=63072000; includeSubDomains";

    private final HttpField[] fields;

    /** @param https whether to send Strict-Transport-Security, which makes browsers return by https only */
    DefaultHeaders(boolean https) {
        var common = new HttpField[] {
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
            new PreEncodedHttpField("Referrer-Policy", "strict-origin-when-cross-origin"),
            new PreEncodedHttpField(
                    "Content-Security-Policy",
                    "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
            new PreEncodedHttpField("Cross-Origin-Resource-Policy", "same-origin"),
            new PreEncodedHttpField("Cache-Control", "no-store"),
            // Javalin compresses large responses for callers that accept it.
            new PreEncodedHttpField("Vary", "Accept-Encoding"),
        };
        fields = Arrays.copyOf(common, common.length + (https ? 1 : 0));
        if (https) fields[common.length] = new PreEncodedHttpField("Strict-Transport-Security", STRICT_TRANSPORT);
    }

    /** Adds the headers to a response that has none of them yet. */
    void begin(HttpFields.Mutable headers, String requestId) {
        for (var field : fields) headers.add(field);
        headers.add("X-Request-Id", requestId);
    }

    /** Sets the headers on a response that may already have some of them. */
    void addTo(HttpFields.Mutable headers, String requestId) {
        for (var field : fields) headers.put(field);
        headers.put("X-Request-Id", requestId);
    }
}
