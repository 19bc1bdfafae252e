package dozen.http;

import io.javalin.security.RouteRole;

/**
 * The callers that a route admits. Every route declares it when it is registered, and {@link AccessCheck} enforces it.
 */
public enum Access implements RouteRole {
    /** Anybody. */
    PUBLIC,
    /** Every caller that is logged in. */
    USER,
    ADMIN
}
