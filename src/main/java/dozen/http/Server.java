package dozen.http;

import dozen.domain.Exit;
import dozen.services.Health;
import dozen.services.ServiceUnavailable;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.json.JavalinJackson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server: Javalin's routes on Jetty, with the checks, headers, limits and access log that apply to every
 * request.
 */
public final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);
    /** How many tasks may run beyond the request limit, for the probes and for answering 503. */
    private static final int SPARE_TASKS = 64;
    /**
     * How many connections may wait to be accepted. Java's default of 50 overflows in a burst, and Linux then resets
     * some connections that it had already reported as established (SYN cookies).
     */
    private static final int ACCEPT_QUEUE_SIZE = 1024;
    /** How long an idle connection may still send a request during a drain. Its response says "Connection: close". */
    private static final Duration DRAIN_IDLE_TIMEOUT = Duration.ofMillis(250);

    private final HttpSettings settings;
    private final Health health;
    private final GracefulHandler inFlight = new GracefulHandler();
    private final Javalin javalin;
    private AccessLog accessLog;
    private final Map<String, Access> accessByRoute;
    private HttpConfiguration http;
    private org.eclipse.jetty.server.Server jetty;
    private ServerConnector connector;

    private Server(
            HttpSettings settings, Health health, Function<Map<String, Object>, String> page, Consumer<Routes> routes) {
        this.settings = settings;
        this.health = health;
        var headers = RequestContext.defaultHeaders(settings.publicUrl().https());
        var problems = new ProblemMapper(headers, health, page);
        javalin = Javalin.create(config -> {
            configureJavalin(config);
            jetty(config, headers, problems);
            config.jsonMapper(new JavalinJackson(Json.MAPPER, false));
            var registering = new Routes(config);
            accessLog = new AccessLog(new ClientAddress(settings.trustedProxyHops()), registering::answered);
            config.routes.before(Params::decodeQuery);
            config.routes.beforeMatched(new SameOrigin(settings.publicUrl())::check);
            config.routes.beforeMatched(AccessCheck::check);
            config.routes.afterMatched(AccessLog::rememberRoute);
            problems.routes(config.routes);
            health(registering);
            routes.accept(registering);
            config.routes.after(Body::answerThenDrain);
        });
        accessByRoute = AccessCheck.accessByRoute(javalin);
    }

    /**
     * Starts the server, and returns once it accepts requests.
     *
     * @param page renders the error page of browsers from the values status, title, detail, requestId, away (the names
     *     of the resources that do not answer) and temporary (whether waiting may help); it uses no attached resource
     * @throws ServiceUnavailable when the port is taken
     * @throws Exit when a route does not say who may call it
     */
    public static Server start(
            HttpSettings settings, Health health, Function<Map<String, Object>, String> page, Consumer<Routes> routes) {
        var server = new Server(settings, health, page, routes);
        server.javalin.start();
        server.warmUp();
        server.bind();
        log.info("listening on port {}", server.port());
        return server;
    }

    /**
     * Sends one request to itself in memory, before the port is bound. Javalin creates some parts at the first request
     * without a lock, so one of several simultaneous first requests failed. It also loads what the first
     * caller would otherwise wait for.
     */
    private void warmUp() {
        var local = (LocalConnector) jetty.getConnectors()[0];
        try {
            local.getResponse("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            local.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server does not answer itself", e);
        }
        jetty.removeConnector(local);
    }

    /**
     * Logs every request except the warm-up. The connector tells them apart, because the warm-up may be logged
     * after its response has arrived.
     */
    private void logRequest(Request request, Response response) {
        if (request.getConnectionMetaData().getConnector() == connector) accessLog.log(request, response);
    }

    private void bind() {
        connector = new ServerConnector(jetty, new HttpConnectionFactory(http));
        connector.setPort(settings.port());
        connector.setAcceptQueueSize(ACCEPT_QUEUE_SIZE);
        connector.setIdleTimeout(settings.idle().toMillis());
        connector.setShutdownIdleTimeout(1); // ms; idle connections are closed, not waited for
        jetty.addConnector(connector);
        try {
            connector.start();
            jetty.manage(connector);
        } catch (IOException e) {
            javalin.stop();
            throw new ServiceUnavailable("port %d is taken; set PORT to another".formatted(settings.port()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The probes: /health answers while the process lives, and /health/ready when it can serve requests. */
    private void health(Routes routes) {
        routes.get("/health", Access.PUBLIC, context -> context.json(Map.of("status", "ok")));
        routes.get("/health/ready", Access.PUBLIC, context -> {
            var report = health.report();
            context.status(report.isReady() ? 200 : 503).json(report);
            if (!report.isReady()) context.header("Retry-After", "2");
        });
    }

    private static void configureJavalin(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        // Javalin allocates a buffer of this size for each response. Its default is 32 KB.
        config.http.responseBufferSize = 4096;
    }

    private void jetty(JavalinConfig config, List<HttpField> headers, ProblemMapper problems) {
        var threads = new VirtualThreadPool();
        // The pool's own virtual threads each get a name, which takes time and which nobody reads.
        threads.setVirtualThreadsExecutor(Thread::startVirtualThread);
        threads.setMaxConcurrentTasks(settings.maxRequests() + SPARE_TASKS);
        config.jetty.threadPool = threads;
        config.jetty.modifyHttpConfiguration(configuration -> {
            configuration.setSendServerVersion(false);
            http = configuration;
        });
        config.jetty.addConnector((server, configuration) ->
                new LocalConnector(server, new HttpConnectionFactory(configuration))); // for the warm-up
        config.jetty.modifyServer(server -> {
            jetty = server;
            server.setRequestLog(this::logRequest);
            server.setErrorHandler(problems::jetty);
            server.setHandler(new RequestContext(headers, bounded(inFlight)));
        });
    }

    /** Answers requests past the limit with 503, without queueing them. The limit does not apply to the probes. */
    private Handler bounded(Handler next) {
        var limit = new QoSHandler(next) {
            @Override
            protected void reject(Request request, Response response, Callback callback, int status) {
                Body.drainThenAnswer(request, () -> super.reject(request, response, callback, status));
            }
        };
        limit.setMaxRequestCount(settings.maxRequests());
        limit.setMaxSuspendedRequestCount(0);
        limit.excludePath("/health");
        limit.excludePath("/health/ready");
        return limit;
    }

    /** Every route, such as "GET /health", and who may call it. */
    public Map<String, Access> accessByRoute() {
        return accessByRoute;
    }

    public int port() {
        return connector.getLocalPort();
    }

    /**
     * Drains and stops the server. It reports that it is not ready, accepts no new connections and answers with
     * "Connection: close". It waits for the requests in flight, at most {@link HttpSettings#drain}, and then stops.
     */
    @Override
    public void close() {
        var deadline = System.nanoTime() + settings.drain().toNanos();
        health.drain();
        http.setPersistentConnectionsEnabled(false);
        connector.close();
        awaitIdle(deadline);
        jetty.setStopTimeout(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        javalin.stop();
    }

    private void awaitIdle(long deadline) {
        var earliest = System.nanoTime() + DRAIN_IDLE_TIMEOUT.toNanos();
        try {
            while (System.nanoTime() < deadline
                    && (inFlight.getCurrentRequestCount() > 0
                            || !connector.getConnectedEndPoints().isEmpty() && System.nanoTime() < earliest)) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
