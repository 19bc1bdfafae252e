package dozen.http;

import dozen.http.Routes.RequestObserver;
import dozen.logging.Logging;
import io.javalin.http.Context;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one event per request, after its last byte, and tells the observers of requests. This includes requests that
 * never reached a route. The path is logged without its query, which may hold tokens.
 */
final class AccessLog implements RequestLog {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    /** The attribute that holds the pattern of the request's route. */
    private static final String ROUTE = "route";

    private final ClientAddress clientAddress;
    private final RequestObserver observer;

    AccessLog(ClientAddress clientAddress, RequestObserver observer) {
        this.clientAddress = clientAddress;
        this.observer = observer;
    }

    @Override
    public void log(Request request, Response response) {
        var nanoseconds = NanoTime.since(request.getBeginNanoTime());
        var status = response.getStatus();
        observer.answered(request.getMethod(), route(request), status, nanoseconds);
        if (!log.isInfoEnabled()) return;
        var milliseconds = TimeUnit.NANOSECONDS.toMicros(nanoseconds) / 1000.0;
        var path = request.getHttpURI() == null ? "" : request.getHttpURI().getCanonicalPath();
        var event = log.atInfo()
                .addKeyValue("method", request.getMethod())
                .addKeyValue("path", path)
                .addKeyValue("status", status)
                .addKeyValue("ms", milliseconds)
                .addKeyValue("bytes", Response.getContentBytesWritten(response))
                .addKeyValue("client", clientAddress.of(request))
                .addKeyValue(Logging.REQUEST_ID, RequestContext.idOf(request));
        if (request.getAttribute(RequestContext.TRACE_ID) instanceof String traceId)
            event.addKeyValue("traceId", traceId);
        event.log("request");
    }

    /** Keeps the route's path for its event. A request that was refused before its handler ran has none. */
    static void rememberRoute(Context context) {
        var endpoint = context.endpoints().lastHttpEndpoint();
        if (endpoint != null) context.req().setAttribute(ROUTE, endpoint.path);
    }

    /** The route's pattern and not the path, so that all ids share one time series; "none" when no route ran. */
    private static String route(Request request) {
        return request.getAttribute(ROUTE) instanceof String route ? route : "none";
    }
}
