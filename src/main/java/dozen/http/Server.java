package dozen.http;

import dozen.config.Env;
import dozen.config.WebAddress;
import dozen.services.Health;
import dozen.services.ServiceUnavailable;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import io.javalin.json.JavalinJackson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
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
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Javalin's routes on Jetty, with the checks, headers, limits and access log that apply to every request. */
public final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);
    /** How many tasks may run beyond the request limit, for the probes and for answering 503. */
    private static final int SPARE_TASKS = 64;
    /** Java's default of 50 overflows in a burst, and Linux then resets some established connections (SYN cookies). */
    private static final int ACCEPT_QUEUE_SIZE = 1024;
    /** How long an idle connection may still send a request during a drain. Its response says "Connection: close". */
    private static final Duration DRAIN_IDLE_TIMEOUT = Duration.ofMillis(250);

    /**
     * @param idle how long an idle connection is kept for its next request
     * @param trustedProxyHops see {@link RequestOrigin}
     * @param drain how long requests in flight may take after the process is told to stop
     */
    public record Settings(
            int port, WebAddress publicUrl, int maxRequests, Duration idle, int trustedProxyHops, Duration drain) {
        public static Settings read(Env env, Duration drain) {
            var port = env.setting("PORT", "where web listens; 0 picks a free port")
                    .integer(8000, 0, 65535);
            var url = env.setting("PUBLIC_URL", "public address of the service, for links; some platforms tell it")
                    .or("RENDER_EXTERNAL_URL")
                    .or("RAILWAY_PUBLIC_DOMAIN", "https://%s")
                    .or("FLY_APP_NAME", "https://%s.fly.dev")
                    .or("HEROKU_APP_DEFAULT_DOMAIN_NAME", "https://%s")
                    .shownAs("http://localhost:$PORT")
                    .parsed("http://localhost" + (port == 0 ? "" : ":" + port), WebAddress::base);
            var maxRequests = env.setting("WEB_MAX_REQUESTS", "concurrent requests per web process; more get 503")
                    .integer(512, 1, 100_000);
            var idle = env.setting(
                            "HTTP_IDLE_SECONDS",
                            "how long idle connections are kept; longer than the router keeps them")
                    .integer(95, 1, 3600);
            var hops = env.setting(
                            "TRUSTED_PROXY_HOPS", "entries of X-Forwarded-For, from the right, that our proxies wrote")
                    .integer(0, 0, 10);
            return new Settings(port, url, maxRequests, Duration.ofSeconds(idle), hops, drain);
        }
    }

    private record Alive(Health.Answer status) {}

    private final Settings settings;
    private final Health health;
    private final GracefulHandler inFlight = new Body.Draining();
    private final HttpConfiguration http = new HttpConfiguration();
    private final org.eclipse.jetty.server.Server jetty;
    private final ServerConnector connector;
    private Routes routes;

    /**
     * Makes the server, which accepts nothing before {@link #start}.
     *
     * @param page renders the error page of browsers from the values status, title, detail, requestId, away (the names
     *     of the resources that do not answer) and temporary (whether waiting may help); it uses no attached resource
     */
    public Server(
            Settings settings, Health health, Function<Map<String, Object>, String> page, Consumer<Routes> features) {
        this.settings = settings;
        this.health = health;
        var problems = new Problems(health, page);
        var javalin = Javalin.create(config -> configure(config, problems, features));
        var servlets = new ServletContextHandler(); // Javalin's own would look up a session for each request
        servlets.addServlet(new ServletHolder(javalin.javalinServlet()), "/*");
        inFlight.setHandler(servlets);
        http.setSendServerVersion(false);
        http.setUriCompliance(UriCompliance.LEGACY); // as Javalin's own server does
        var threads = new VirtualThreadPool();
        // The pool's own virtual threads each get a name, which takes time and which nobody reads.
        threads.setVirtualThreadsExecutor(Thread::startVirtualThread);
        threads.setMaxConcurrentTasks(settings.maxRequests() + SPARE_TASKS);
        jetty = new org.eclipse.jetty.server.Server(threads);
        connector = new ServerConnector(jetty, new HttpConnectionFactory(http));
        jetty.setErrorHandler(problems::jetty);
        var context = new RequestContext(routes, bounded(inFlight));
        jetty.setHandler(context);
        jetty.setRequestLog(context::log);
    }

    private void configure(JavalinConfig config, Problems problems, Consumer<Routes> features) {
        config.http.prefer405over404 = true;
        config.http.responseBufferSize = 4096; // for each response; Jetty's default is 32 KB
        config.jsonMapper(new JavalinJackson(Json.MAPPER, false));
        routes = new Routes(config, new RequestOrigin(settings.publicUrl(), settings.trustedProxyHops()));
        // Javalin has its own handler for HttpResponseException, which would win over ours for Exception.
        config.routes.exception(HttpResponseException.class, problems::answer);
        config.routes.exception(Exception.class, problems::answer);
        routes.get("/health", Access.PUBLIC, context -> context.json(new Alive(Health.Answer.OK)))
                .summary("Liveness probe: whether the process runs")
                .returns(200, Alive.class);
        routes.get("/health/ready", Access.PUBLIC, context -> {
                    var report = health.report();
                    context.status(report.isReady() ? 200 : 503).json(report);
                    if (!report.isReady()) context.header("Retry-After", "2");
                })
                .summary("Readiness probe: whether the process can serve requests")
                .returns(200, Health.Report.class)
                .returns(503, Health.Report.class);
        features.accept(routes);
    }

    /** Answers requests past the limit with 503, without queueing them. The limit does not apply to the probes. */
    private Handler bounded(Handler next) {
        var limit = new QoSHandler(next) {
            @Override
            protected void reject(Request request, Response response, Callback callback, int status) {
                Body.drain(request, () -> super.reject(request, response, callback, status));
            }
        };
        limit.setMaxRequestCount(settings.maxRequests());
        limit.setMaxSuspendedRequestCount(0);
        limit.excludePath("/health");
        limit.excludePath("/health/ready");
        return limit;
    }

    /**
     * Returns once it accepts requests. It first sends one to itself in memory, because Javalin creates some parts at the
     * first request without a lock, so one of several simultaneous first requests would fail.
     *
     * @throws ServiceUnavailable when the port is taken
     */
    public Server start() {
        var local = new LocalConnector(jetty, new HttpConnectionFactory(http));
        jetty.addConnector(local);
        connector.setPort(settings.port());
        connector.setAcceptQueueSize(ACCEPT_QUEUE_SIZE);
        connector.setIdleTimeout(settings.idle().toMillis());
        connector.setShutdownIdleTimeout(1); // ms; idle connections are closed, not waited for
        try {
            jetty.start();
            local.getResponse("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            local.stop();
            jetty.addConnector(connector);
            connector.start();
            jetty.manage(connector);
            log.info("listening on port {}", port());
            return this;
        } catch (IOException e) {
            LifeCycle.stop(jetty);
            throw new ServiceUnavailable("port %d is taken; set PORT to another".formatted(settings.port()));
        } catch (Exception e) {
            throw new IllegalStateException("the server does not start", e);
        }
    }

    public List<Operation> operations() {
        return routes.operations();
    }

    public int port() {
        return connector.getLocalPort();
    }

    /**
     * Reports that it is not ready, accepts no new connections, answers with "Connection: close" and waits for the
     * requests in flight, at most {@link Settings#drain}. Then it stops.
     */
    @Override
    public void close() {
        var deadline = System.nanoTime() + settings.drain().toNanos();
        health.drain();
        http.setPersistentConnectionsEnabled(false);
        connector.close();
        BooleanSupplier isIdle = connector.getConnectedEndPoints()::isEmpty;
        await(System.nanoTime() + DRAIN_IDLE_TIMEOUT.toNanos(), isIdle);
        await(deadline, () -> inFlight.getCurrentRequestCount() == 0);
        connector.shutdown(); // closes idle connections; when Jetty stops, it answers their next request with 503
        await(System.nanoTime() + DRAIN_IDLE_TIMEOUT.toNanos(), isIdle);
        jetty.setStopTimeout(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        LifeCycle.stop(jetty);
    }

    private static void await(long deadline, BooleanSupplier condition) {
        try {
            while (System.nanoTime() < deadline && !condition.getAsBoolean()) Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
