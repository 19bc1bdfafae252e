package dozen.http;

import dozen.domain.Caller;
import io.javalin.http.Context;
import java.util.Optional;

/** Tells who sends a request. */
@FunctionalInterface
public interface Authenticator {
    /** Empty for somebody who is not logged in. */
    Optional<Caller> caller(Context context);
}
