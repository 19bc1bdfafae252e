package dozen.http;

import dozen.domain.Caller;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;

/** Registers the handlers of requests. Each route declares who may call it. A HEAD request runs the handler of GET. */
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

    /**
     * Registers a page for people. A visitor who must log in is redirected to the log-in page, and returns afterwards.
     */
    public void page(String path, Access access, Handler handler) {
        routes.get(path, handler, access, AccessCheck.Kind.PAGE);
    }

    /** Registers the handler of a page's form. A visitor who must log in is redirected to the log-in page. */
    public void form(String path, Access access, Handler handler) {
        routes.post(path, handler, access, AccessCheck.Kind.PAGE);
    }

    /**
     * Registers the handler of a form that another site may send, too. It is authorized by a signature in its URL, and
     * not by the cookie.
     */
    public void signedForm(String path, Handler handler) {
        routes.post(path, handler, Access.PUBLIC, SameOrigin.Exempt.SIGNED_LINK);
    }

    /**
     * The caller, for the handler of a route that is not public.
     *
     * @throws IllegalStateException when the route is public
     */
    public static Caller caller(Context context) {
        Caller caller = context.attribute(CALLER);
        if (caller == null) throw new IllegalStateException("a public route has no caller: " + context.path());
        return caller;
    }

    static void keepCaller(Context context, Caller caller) {
        context.attribute(CALLER, caller);
    }
}
