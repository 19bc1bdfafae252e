package dozen.http;

import dozen.domain.DomainError;
import dozen.domain.Slice;
import dozen.domain.Validation;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jetty.util.UrlEncoded;

/** Reads parameters from a request's path, its query and the form in its body. */
public final class Params {
    private static final String QUERY = "dozen.query";
    private static final String FORM = "dozen.form";
    private static final int MAX_FIELDS = 200;

    private Params() {}

    /** An id in the path. Text that is not an id gets 404, because nothing can exist under it. */
    public static UUID uuid(Context context, String parameter) {
        return id(context.pathParam(parameter)).orElseThrow(DomainError::notFound);
    }

    private static Optional<UUID> id(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Decodes the query as UTF-8. Javalin would use the charset of the body, and drop a parameter that it can't decode: a
     * search would then list everything.
     */
    static void decodeQuery(Context context) {
        var query = context.queryString();
        if (query != null) context.attribute(QUERY, decoded(query.getBytes(StandardCharsets.UTF_8), "query"));
    }

    /** The first parameter of this name in the query; null when there is none. */
    public static String query(Context context, String name) {
        Map<String, String> parameters = context.attribute(QUERY);
        return parameters == null ? null : parameters.get(name);
    }

    /** Reads {@code limit} (1 to 100, default 20) and {@code cursor} from the query. A bad value gets 422. */
    public static Slice.Request slice(Context context) {
        var validation = new Validation();
        var given = Objects.requireNonNullElse(query(context, "limit"), "" + Slice.Request.DEFAULT_LIMIT);
        var limit = given.matches("\\d{1,9}") ? Integer.parseInt(given) : -1;
        if (limit < 1 || limit > Slice.Request.MAX_LIMIT) {
            validation.error("limit", "must be a whole number from 1 to " + Slice.Request.MAX_LIMIT);
        }
        var cursor = query(context, "cursor");
        var after = cursor == null ? Optional.<UUID>empty() : id(cursor);
        if (cursor != null && after.isEmpty()) validation.error("cursor", "is not a cursor of this list");
        validation.check();
        return new Slice.Request(limit, after);
    }

    /**
     * The first field of this name in a form; empty when the form has none, or when the request is not a POST. Multipart
     * is refused, because its parts are spooled to disk and compared with each other before the sender is known.
     */
    public static String form(Context context, String field) {
        return form(context).getOrDefault(field, "");
    }

    /** The form as a record. A blank field counts as null. A field that is unknown or has the wrong type gets 422. */
    public static <T extends Record> T form(Context context, Class<T> type) {
        return Json.convert(form(context), type);
    }

    /** The fields of a form, each with its first value. */
    public static Map<String, String> form(Context context) {
        return context.attributeOrCompute(FORM, Params::readForm);
    }

    private static Map<String, String> readForm(Context context) {
        if (!context.req().getMethod().equals("POST")) return Map.of();
        return decoded(Body.read(context, "application/x-www-form-urlencoded"), "form");
    }

    private static Map<String, String> decoded(byte[] text, String name) {
        var fields = new HashMap<String, String>();
        try {
            UrlEncoded.decodeUtf8To(new ByteArrayInputStream(text), fields::putIfAbsent, Body.MAX_BYTES, MAX_FIELDS);
            return fields;
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new BadRequestResponse(
                    "The %s is not percent-encoded UTF-8, or has more than %d fields.".formatted(name, MAX_FIELDS));
        }
    }
}
