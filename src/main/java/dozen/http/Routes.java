package dozen.http;

import dozen.domain.Caller;
import io.javalin.config.JavalinConfig;
import io.javalin.config.Key;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.security.RouteRole;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Registers the handlers of requests. Each route declares who may call it. A HEAD request runs the handler of GET. */
public final class Routes {
    /** Finds the account that sends a request. */
    @FunctionalInterface
    public interface Authenticator {
        /** The caller; empty when nobody is logged in. */
        Optional<Caller> caller(Context context);
    }

    /** Receives one call for each answered request, also for those that never reached a route. */
    @FunctionalInterface
    public interface RequestObserver {
        /** @param route the route's pattern, not the path, so that all ids share one name; "none" when no route ran */
        void answered(String method, String route, int status, long nanoseconds);
    }

    /** What a route is, besides who may call it. */
    enum Mark implements RouteRole {
        /** People open it in a browser. A visitor who must log in is redirected to the log-in page. */
        PAGE,
        /** It is authorized by a signature in its URL, and not by the cookie. */
        SIGNED_LINK
    }

    private static final String CALLER = "dozen.caller";
    private static final Key<Routes> ROUTES = new Key<>("dozen.routes");

    private final RoutesConfig routes;
    private final Set<String> pages = new HashSet<>();
    private final List<String> documents = new ArrayList<>();
    private final List<RequestObserver> observers = new ArrayList<>();
    private Authenticator authenticator = _ -> Optional.empty();

    Routes(JavalinConfig config) {
        this.routes = config.routes;
        config.appData(ROUTES, this);
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
        pages.add(path);
        routes.get(path, handler, access, Mark.PAGE);
    }

    /** Registers the handler of a page's form. A visitor who must log in is redirected to the log-in page. */
    public void form(String path, Access access, Handler handler) {
        routes.post(path, handler, access, Mark.PAGE);
    }

    /**
     * Registers the handler of a form that another site may send, too. It is authorized by a signature in its URL, and
     * not by the cookie.
     */
    public void signedForm(String path, Handler handler) {
        routes.post(path, handler, Access.PUBLIC, Mark.SIGNED_LINK);
    }

    /** Whether a page was registered for this path. */
    public boolean hasPage(String path) {
        return pages.contains(path);
    }

    /** Adds a part of the API document: an OpenAPI document with some of the paths and schemas, on the class path. */
    public void document(String resource) {
        documents.add(resource);
    }

    /** The parts of the API document that were added until now. */
    public List<String> documents() {
        return List.copyOf(documents);
    }

    /** Sets how callers are recognized. Without it nobody is logged in. */
    public void authenticateBy(Authenticator method) {
        authenticator = method;
    }

    public void observe(RequestObserver observer) {
        observers.add(observer);
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

    /** The caller of any route; empty when nobody is logged in. It fails while log-ins can't be looked up. */
    public static Optional<Caller> visitor(Context context) {
        return context.appData(ROUTES).authenticator.caller(context);
    }

    static void keepCaller(Context context, Caller caller) {
        context.attribute(CALLER, caller);
    }

    void answered(String method, String route, int status, long nanoseconds) {
        for (var observer : observers) observer.answered(method, route, status, nanoseconds);
    }
}
