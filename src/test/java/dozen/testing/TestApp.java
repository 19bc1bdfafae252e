package dozen.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.MailCatcher;
import dev.TestServices;
import dozen.app.Feature;
import dozen.app.Lifecycle;
import dozen.config.Env;
import dozen.http.Access;
import dozen.http.Server;
import dozen.jobs.Jobs;
import dozen.jobs.Scheduler;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Jdbi;

/** The program that an application's main class runs, on a free port, real services and a database of its own. */
public final class TestApp implements AutoCloseable {
    /**
     * Tells the tests how an application runs, and how somebody logs in. The first three take the environment.
     *
     * @param features the features, which are asked for their ticks
     * @param logIn logs in the person with this mail address, and signs up a new one first; returns the cookie
     */
    public record Program(
            BiFunction<Map<String, String>, Lifecycle, Server> web,
            BiConsumer<Map<String, String>, Lifecycle> worker,
            BiFunction<Map<String, String>, Lifecycle, Feature.All> features,
            BiFunction<TestApp, String, String> logIn) {}

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Lifecycle lifecycle = new Lifecycle(GRACE);
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, TestClient> callers = new ConcurrentHashMap<>();
    private final Program program;
    private final Map<String, String> environment = new HashMap<>();
    private final MailCatcher mails;
    private final Postgres postgres;
    private final Server server;

    /** @param changes settings that replace those of the shared test services */
    public TestApp(Program program, Map<String, String> changes) {
        this.program = program;
        var services = TestServices.shared();
        mails = lifecycle.register(MailCatcher.start());
        var given = changes.get("DATABASE_URL");
        environment.putAll(services.settings(given == null ? services.newDatabase() : given));
        environment.put("SMTP_URL", mails.url());
        environment.putAll(changes);
        postgres = lifecycle.register(
                new Postgres(Postgres.Url.parse(databaseUrl()), 2, Duration.ofSeconds(60)).connect());
        server = program.web().apply(environment, lifecycle);
    }

    /** Requests of somebody with this mail address, in one session. */
    public TestClient as(String email) {
        return callers.computeIfAbsent(email, this::logIn);
    }

    /** The same in a new session. */
    public TestClient logIn(String email) {
        return anyone().with("Cookie", program.logIn().apply(this, email));
    }

    /** Requests without a log-in. */
    public TestClient anyone() {
        return new TestClient(http, "http://127.0.0.1:" + port(), Map.of());
    }

    public TestClient.Answer get(String path) {
        return anyone().get(path);
    }

    public TestClient.Answer post(String path, Object body) {
        return anyone().post(path, body);
    }

    /** The mails that the program has sent. */
    public MailCatcher mails() {
        return mails;
    }

    /**
     * Fires a tick as if it were due at this time; its jobs run in {@link #runJobs}. So a test sets the time of what a
     * tick begins. The age of rows is told by PostgreSQL's clock, which nobody sets: a test makes the rows older.
     */
    public void tick(String name, Instant due) {
        try (var opened = new Lifecycle(GRACE);
                var scheduler = new Scheduler(postgres)) {
            program.features().apply(environment, opened).forEach(feature -> feature.ticks(scheduler));
            scheduler.run(name, due);
        }
    }

    public void tick(String name) {
        tick(name, Instant.now());
    }

    /** Enqueues a job, given its record. */
    public void enqueue(Object job) {
        try (var redis = new Redis(Redis.Settings.read(new Env(environment)))) {
            jdbi().useTransaction(transaction -> new Jobs(redis).enqueue(transaction, job));
        }
    }

    /**
     * Runs the jobs that are due, and those that they enqueue, until none is left.
     *
     * @throws AssertionError when one has failed
     */
    public void runJobs() {
        try (var running = new Lifecycle(GRACE)) {
            program.worker().accept(environment, running);
            await("the end of all jobs", () -> count("SELECT count(*) FROM jobs WHERE execution_time <= now()") == 0);
        }
        var failed = """
                SELECT task_name || ': ' || last_error FROM jobs WHERE consecutive_failures > 0
                UNION ALL SELECT type || ': ' || error FROM dead_jobs
                """;
        assertEquals(
                List.of(),
                jdbi().withHandle(handle ->
                        handle.select(failed).mapTo(String.class).list()));
    }

    /** Runs jobs as they come, until this is closed. */
    public void startWorker() {
        program.worker().accept(environment, lifecycle);
    }

    /** Waits until something holds, up to two minutes. */
    public static void await(String what, BooleanSupplier holds) {
        try {
            for (var i = 0; i < 6000; i++) {
                if (holds.getAsBoolean()) return;
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("not in time: " + what);
    }

    /** Runs a query that returns one number. */
    public long count(String sql) {
        return jdbi().withHandle(handle -> handle.select(sql).mapTo(Long.class).one());
    }

    /** Changes rows behind the program's back. */
    public void execute(String sql) {
        jdbi().useHandle(handle -> handle.execute(sql));
    }

    public Jdbi jdbi() {
        return postgres.jdbi();
    }

    /** Every route, such as "GET /health", and who may call it. */
    public Map<String, Access> accessByRoute() {
        var access = new TreeMap<String, Access>();
        for (var each : server.operations()) access.put(each.method + " " + each.path, each.access);
        return access;
    }

    public int port() {
        return server.port();
    }

    public String databaseUrl() {
        return environment.get("DATABASE_URL");
    }

    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public void close() {
        http.close();
        lifecycle.close();
    }
}
