package dozen.http;

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
record AccessLog(ClientAddress clientAddress, Routes routes) implements RequestLog {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
    /** The attribute that holds the pattern of the request's route. */
    private static final String ROUTE = "route";

    /** Keeps the route's path for its event. A request that was refused before its handler ran has none. */
    static void rememberRoute(Context context) {
        var endpoint = context.endpoints().lastHttpEndpoint();
        if (endpoint != null) context.req().setAttribute(ROUTE, endpoint.path);
    }

    @Override
    public void log(Request request, Response response) {
        var nanoseconds = NanoTime.since(request.getBeginNanoTime());
        var status = response.getStatus();
        var route = request.getAttribute(ROUTE) instanceof String path ? path : "none";
        routes.answered(request.getMethod(), route, status, nanoseconds);
        if (!log.isInfoEnabled()) return;
        var path = request.getHttpURI() == null ? "" : request.getHttpURI().getCanonicalPath();
        var event = log.atInfo()
                .addKeyValue("method", request.getMethod())
                .addKeyValue("path", path)
                .addKeyValue("status", status)
                .addKeyValue("ms", TimeUnit.NANOSECONDS.toMicros(nanoseconds) / 1000.0)
                .addKeyValue("bytes", Response.getContentBytesWritten(response))
                .addKeyValue("client", clientAddress.of(request))
                .addKeyValue(Logging.REQUEST_ID, RequestContext.idOf(request));
        if (request.getAttribute(RequestContext.TRACE_ID) instanceof String id) event.addKeyValue("traceId", id);
        event.log("request");
    }
}
