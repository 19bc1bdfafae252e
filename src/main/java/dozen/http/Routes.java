package dozen.http;

import dozen.domain.Caller;
import dozen.domain.DomainError;
import dozen.domain.Exit;
import io.javalin.config.JavalinConfig;
import io.javalin.config.Key;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.security.RouteRole;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Registers handlers of requests, and checks before each who may use the route. HEAD runs the handler of GET. */
public final class Routes {
    /** Receives one call for each answered request, also for those that never reached a route. */
    @FunctionalInterface
    public interface RequestObserver {
        /** @param route the route's pattern, not the path, so that all ids share one name; "none" when no route ran */
        void answered(String method, String route, int status, long nanoseconds);
    }

    /** The kind of a route decides how a caller without a log-in is answered, and whether forms are checked. */
    enum Kind implements RouteRole {
        /** Programs call it. */
        API,
        /** People open it in a browser. A visitor who must log in is redirected to the log-in page. */
        PAGE,
        /** It is authorized by a signature in its URL, and not by the cookie. */
        SIGNED_LINK
    }

    static final String HTML = "text/html; charset=utf-8";
    /** A page may load files from this server only. Pico draws its icons with images from data: addresses. */
    public static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; worker-src 'self';"
            + " style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
            + " img-src 'self' data:";

    private static final String CALLER = "dozen.caller";
    private static final Key<Routes> ROUTES = new Key<>("dozen.routes");

    private final RoutesConfig routes;
    final RequestOrigin origin;
    private final List<Operation> operations = new ArrayList<>();
    final List<RequestObserver> observers = new ArrayList<>();
    private Function<Context, Optional<Caller>> authenticator = _ -> Optional.empty();

    Routes(JavalinConfig config, RequestOrigin origin) {
        routes = config.routes;
        this.origin = origin;
        config.appData(ROUTES, this);
        // The length of a compressed response reveals no secret (BREACH): none has one beside text that its URL chose.
        config.http.compressionStrategy.setDefaultMinSizeForCompression(1024); // Javalin's default is 1,500 bytes
        // Javalin looks for ten words in the name of each type that this list lacks.
        config.http.compressionStrategy.setAllowedMimeTypes(List.of("application/json", "image/svg+xml"));
    }

    public Operation get(String path, Access access, Handler handler) {
        return add(HandlerType.GET, path, access, Kind.API, handler);
    }

    public Operation post(String path, Access access, Handler handler) {
        return add(HandlerType.POST, path, access, Kind.API, handler);
    }

    public Operation put(String path, Access access, Handler handler) {
        return add(HandlerType.PUT, path, access, Kind.API, handler);
    }

    public Operation patch(String path, Access access, Handler handler) {
        return add(HandlerType.PATCH, path, access, Kind.API, handler);
    }

    public Operation delete(String path, Access access, Handler handler) {
        return add(HandlerType.DELETE, path, access, Kind.API, handler);
    }

    /** Registers a page for people. A visitor who must log in returns to it afterwards. */
    public Operation page(String path, Access access, Handler handler) {
        return add(HandlerType.GET, path, access, Kind.PAGE, handler);
    }

    public Operation form(String path, Access access, Handler handler) {
        return add(HandlerType.POST, path, access, Kind.PAGE, handler);
    }

    /** Registers the handler of a form with a signature in its URL, which another site may send, too. */
    public Operation signedForm(String path, Handler handler) {
        return add(HandlerType.POST, path, Access.PUBLIC, Kind.SIGNED_LINK, handler);
    }

    private Operation add(HandlerType method, String path, Access access, Kind kind, Handler handler) {
        if (access == null) throw Exit.failure("%s %s does not say who may call it".formatted(method, path));
        // The checks stand in one handler: as five of Javalin's, they made the answers to cached users 8 % fewer.
        Handler checked = context -> {
            Params.decodeQuery(context);
            origin.requireSameSite(context);
            if (!admits(context)) return;
            context.attribute(RequestContext.ROUTE, path);
            handler.handle(context);
            answerNotModified(context);
        };
        routes.addHttpHandler(method, path, checked, access, kind);
        // Javalin alone answers 200 to a HEAD wherever a GET route matches. Jetty leaves out the body.
        if (method == HandlerType.GET) routes.addHttpHandler(HandlerType.HEAD, path, checked, access, kind);
        var operation = new Operation(method.name(), path, access, handler instanceof Idempotency.Repeatable);
        operations.add(operation);
        return operation;
    }

    /**
     * Answers 304 when the client already has what the route's ETag stands for. Javalin would answer it only to a single
     * tag, and with a Content-Length of 0, which RFC 9110 forbids.
     */
    private static void answerNotModified(Context context) throws IOException {
        var tag = context.res().getHeader("ETag");
        if (tag == null || !String.valueOf(context.header("If-None-Match")).contains(tag)) return;
        context.status(304).result(new byte[0]);
        context.res().flushBuffer();
    }

    /** The descriptions of the routes that were registered until now, for the API document. */
    public List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** Sets how the account that sends a request is found. Without it nobody is logged in. */
    public void authenticateBy(Function<Context, Optional<Caller>> method) {
        authenticator = method;
    }

    public void observe(RequestObserver observer) {
        observers.add(observer);
    }

    /**
     * Whether the caller may use the route; false once a page's visitor was sent to the log-in. No other code makes this
     * decision.
     */
    private static boolean admits(Context context) {
        var roles = context.routeRoles();
        if (roles.contains(Access.PUBLIC)) return true;
        var caller = visitor(context);
        if (caller.isEmpty() && roles.contains(Kind.PAGE)) {
            // The data of a submitted form is lost, so the visitor returns from the log-in to the first page.
            var next = context.req().getMethod().equals("POST") ? "/" : context.path();
            context.redirect("/log-in?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8), HttpStatus.SEE_OTHER);
            return false;
        }
        if (caller.isEmpty()) throw DomainError.unauthenticated("Log in first: POST /api/sessions.");
        if (!roles.contains(Access.USER) && !caller.get().isAdmin()) throw DomainError.forbidden("This is for admins.");
        context.attribute(CALLER, caller.get());
        return true;
    }

    /** The caller, for the handler of a route that is not public. */
    public static Caller caller(Context context) {
        Caller caller = context.attribute(CALLER);
        if (caller == null) throw new IllegalStateException("a public route has no caller: " + context.path());
        return caller;
    }

    /** The caller of any route; empty when nobody is logged in. It fails while log-ins can't be looked up. */
    public static Optional<Caller> visitor(Context context) {
        return context.appData(ROUTES).authenticator.apply(context);
    }

    /**
     * Does what a form asks for and redirects to another page. When the input is refused, shows the form again.
     *
     * @param work returns the page to go on to
     * @param again shows the form, given what was wrong, one line each
     * @throws DomainError when something is not found, forbidden or unavailable
     */
    public static void submit(Context context, Supplier<String> work, Consumer<List<String>> again) {
        try {
            context.redirect(work.get(), HttpStatus.SEE_OTHER);
        } catch (DomainError error) {
            switch (error.kind) {
                case NOT_FOUND, FORBIDDEN, UNAVAILABLE -> throw error;
                default -> Problems.answer(context, error);
            }
            var faults = error.fields.stream().map(each -> "The %s %s.".formatted(words(each.field()), each.message()));
            again.accept(error.fields.isEmpty() ? List.of(error.getMessage()) : faults.toList());
        }
    }

    /** The words of a field's name: "tracking number" of trackingNumber. */
    private static String words(String field) {
        return field.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT).replaceFirst(" id$", "");
    }

    /** Whether the client used https: the public address is https, or a trusted proxy says so. */
    public static boolean isHttps(Context context) {
        return context.appData(ROUTES).origin.isHttps(Body.jetty(context));
    }

    /** Whether the client asked by https for another host than the public address, to which links would lead. */
    public static boolean isElsewhere(Context context) {
        return context.appData(ROUTES).origin.isElsewhere(Body.jetty(context));
    }

    /** The network that a request comes from, for rate limits. */
    public static String network(Context context) {
        return context.appData(ROUTES).origin.network(Body.jetty(context));
    }

    /** @param media another origin from which the page may load pictures and moving pictures; empty for none */
    public static void html(Context context, String page, String media) {
        var policy = media.isEmpty() ? PAGE_POLICY : "%s %s; media-src %s".formatted(PAGE_POLICY, media, media);
        context.header("Content-Security-Policy", policy).contentType(HTML).result(page);
    }
}
