package dozen.http;

import io.javalin.http.Context;
import java.util.UUID;

/** Parts of the request's path. */
public final class Path {
    private Path() {}

    /** An id; what is none belongs to nothing: 404. */
    public static UUID uuid(Context context, String parameter) {
        try {
            return UUID.fromString(context.pathParam(parameter));
        } catch (IllegalArgumentException e) {
            throw Problem.notFound();
        }
    }
}
