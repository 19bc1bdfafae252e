package dozen.http;

import dozen.domain.Caller;
import io.javalin.http.Context;
import java.util.Optional;

/** Finds the account that sends a request. */
@FunctionalInterface
public interface Authenticator {
    /** The caller; empty when nobody is logged in. */
    Optional<Caller> caller(Context context);
}
