package dozen.http;

import io.javalin.security.RouteRole;

/** The callers that a route admits. Every route declares it, and {@link Routes} checks it before each request. */
public enum Access implements RouteRole {
    /** Anybody. */
    PUBLIC,
    /** Every caller that is logged in. */
    USER,
    ADMIN
}
