package dozen.http;

import dozen.domain.DomainError;
import dozen.domain.Slice;
import dozen.domain.SliceRequest;
import dozen.domain.Validation;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.UUID;

/** Reads parameters from a request's path and query. */
public final class Params {
    private Params() {}

    /** An id in the path. Text that is not an id gets 404, because nothing can exist under it. */
    public static UUID uuid(Context context, String parameter) {
        try {
            return UUID.fromString(context.pathParam(parameter));
        } catch (IllegalArgumentException e) {
            throw DomainError.notFound();
        }
    }

    /** A parameter of the query; null when there is none of this name. */
    public static String query(Context context, String name) {
        return QueryString.parameter(context, name);
    }

    /** Reads {@code limit} (1 to 100, default 20) and {@code cursor}. A bad value gets 422. */
    public static SliceRequest slice(Context context) {
        var validation = new Validation();
        var limit = limit(query(context, "limit"), validation);
        var after = after(query(context, "cursor"), validation);
        validation.check();
        return new SliceRequest(limit, after);
    }

    private static int limit(String text, Validation validation) {
        if (text == null) return SliceRequest.DEFAULT_LIMIT;
        try {
            var limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= SliceRequest.MAX_LIMIT) return limit;
        } catch (NumberFormatException e) {
            // reported below
        }
        validation.error("limit", "must be a whole number from 1 to " + SliceRequest.MAX_LIMIT);
        return SliceRequest.DEFAULT_LIMIT;
    }

    private static Optional<UUID> after(String cursor, Validation validation) {
        if (cursor == null) return Optional.empty();
        var after = Slice.after(cursor);
        if (after.isEmpty()) validation.error("cursor", "is none that this list gave");
        return after;
    }
}
