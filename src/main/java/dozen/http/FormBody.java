package dozen.http;

import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.util.UrlEncoded;

/**
 * Reads the fields of a form: application/x-www-form-urlencoded in UTF-8, within the size limit of a body. Multipart is
 * refused, because its parts are spooled to disk and compared with each other before the sender is known.
 */
public final class FormBody {
    private static final String TYPE = "application/x-www-form-urlencoded";
    private static final String READ = "dozen.form";
    private static final int MAX_FIELDS = 200;

    private FormBody() {}

    /**
     * The first field of this name; empty when the form has none, or when the request is not a POST.
     *
     * @throws Problem 415 for another type, 413 for a body that is too large, 400 for a form that can't be decoded
     */
    public static String text(Context context, String field) {
        return fields(context).getOrDefault(field, "");
    }

    private static Map<String, String> fields(Context context) {
        Map<String, String> read = context.attribute(READ);
        if (read != null) return read;
        var fields = context.req().getMethod().equals("POST") ? read(context) : Map.<String, String>of();
        context.attribute(READ, fields);
        return fields;
    }

    private static Map<String, String> read(Context context) {
        var fields = new HashMap<String, String>();
        try {
            var bytes = Body.read(context, TYPE);
            UrlEncoded.decodeUtf8To(new ByteArrayInputStream(bytes), fields::putIfAbsent, Body.MAX_BYTES, MAX_FIELDS);
            return fields;
        } catch (IOException e) {
            throw Problem.badRequest("The form did not arrive whole.");
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw Problem.badRequest(
                    "The form is not percent-encoded UTF-8, or has more than %d fields.".formatted(MAX_FIELDS));
        }
    }
}
