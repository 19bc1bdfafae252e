package dozen.http;

import dozen.domain.DomainError;
import dozen.domain.Exit;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.Endpoint;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Checks before every handler whether the caller may use the route. No other class makes this decision. */
final class AccessCheck {
    private static final String LOG_IN_PAGE = "/log-in?next=";

    private AccessCheck() {}

    static void check(Context context) {
        var roles = context.routeRoles();
        if (roles.contains(Access.PUBLIC)) return;
        var caller = Routes.visitor(context);
        if (caller.isEmpty() && roles.contains(Routes.Mark.PAGE)) {
            context.redirect(LOG_IN_PAGE + returnPath(context), HttpStatus.SEE_OTHER);
            return;
        }
        if (caller.isEmpty()) throw DomainError.unauthenticated("Log in first: POST /api/sessions.");
        if (!roles.contains(Access.USER) && !caller.get().isAdmin()) throw DomainError.forbidden("This is for admins.");
        Routes.keepCaller(context, caller.get());
    }

    /**
     * The path to return to after the log-in. The data of a submitted form is lost, so a form returns to the first
     * page.
     */
    private static String returnPath(Context context) {
        var path = context.req().getMethod().equals("GET") ? context.path() : "/";
        return URLEncoder.encode(path, StandardCharsets.UTF_8);
    }

    /**
     * The access of each route, by method and path.
     *
     * @throws Exit when a route declares no access, or more than one
     */
    static Map<String, Access> accessByRoute(Javalin javalin) {
        var byRoute = new TreeMap<String, Access>();
        for (var handler : javalin.unsafe.internalRouter.allHttpHandlers()) {
            var endpoint = handler.endpoint;
            if (!endpoint.method.isHttpMethod()) continue;
            var route = endpoint.method.name() + " " + endpoint.path;
            var access =
                    roles(endpoint).stream().filter(Access.class::isInstance).toList();
            if (access.size() != 1) throw Exit.failure("%s does not say who may call it".formatted(route));
            byRoute.put(route, (Access) access.getFirst());
        }
        return byRoute;
    }

    private static Set<RouteRole> roles(Endpoint endpoint) {
        return Optional.ofNullable(endpoint.metadata(Roles.class))
                .map(Roles::getRoles)
                .orElse(Set.of());
    }
}
