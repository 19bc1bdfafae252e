package dozen.http;

import dozen.domain.Caller;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;

/** Registers what answers requests; each route says who may call it. A HEAD request runs the handler of GET. */
public final class Routes {
    private static final String CALLER = "dozen.caller";

    private final RoutesConfig routes;

    Routes(RoutesConfig routes) {
        this.routes = routes;
    }

    public void get(String path, Access access, Handler handler) {
        routes.get(path, handler, access);
    }

    public void post(String path, Access access, Handler handler) {
        routes.post(path, handler, access);
    }

    public void put(String path, Access access, Handler handler) {
        routes.put(path, handler, access);
    }

    public void patch(String path, Access access, Handler handler) {
        routes.patch(path, handler, access);
    }

    public void delete(String path, Access access, Handler handler) {
        routes.delete(path, handler, access);
    }

    /** A page for people: who has to log in first is sent there, and then back. */
    public void page(String path, Access access, Handler handler) {
        routes.get(path, handler, access, AccessCheck.Kind.PAGE);
    }

    /** What a page's form sends. */
    public void form(String path, Access access, Handler handler) {
        routes.post(path, handler, access, AccessCheck.Kind.PAGE);
    }

    /** A form that another site may send, too: not the cookie is its permission, but a signature in its address. */
    public void signedForm(String path, Handler handler) {
        routes.post(path, handler, Access.PUBLIC, SameOrigin.Exempt.SIGNED_LINK);
    }

    /** Who calls, in the handler of a route that is not public. */
    public static Caller caller(Context context) {
        Caller caller = context.attribute(CALLER);
        if (caller == null) throw new IllegalStateException("a public route has no caller: " + context.path());
        return caller;
    }

    static void keepCaller(Context context, Caller caller) {
        context.attribute(CALLER, caller);
    }
}
