package dozen.http;

import io.javalin.security.RouteRole;

/** Who may call a route. Every route says so when it is registered; {@link AccessCheck} holds all callers to it. */
public enum Access implements RouteRole {
    /** Anybody. */
    PUBLIC,
    /** Whoever is logged in. */
    USER,
    ADMIN
}
