package bench;

import dev.LocalPooler;
import dev.TestServices;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import dozen.logging.Logging;
import dozen.services.Postgres;
import dozen.services.Redis;
import factors.App;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.event.Level;

/**
 * Measures what PgBouncer costs one web, and then 1, 2, 4 and 8 webs and workers with three schedulers, which share one
 * PostgreSQL through PgBouncer. Everything runs on this machine, so its processors are the first thing to run out. This
 * PostgreSQL does not wait for its disk, so that the processors count alone.
 */
final class ScaleBench implements AutoCloseable {
    private static final int ROUNDS = 3;
    private static final List<Integer> STEPS = List.of(1, 2, 4, 8);
    private static final int SCHEDULERS = 3;
    private static final int POOLER_SIZE = 20;
    private static final int CONNECTIONS = 32;
    private static final int JOBS_PER_WORKER = 4_000;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final String PASSWORD = "correct horse battery";

    private final TestServices services = TestServices.shared();
    private final String direct = services.newDatabase();
    private final LocalPooler pooler =
            LocalPooler.start(Path.of("target/bench"), services.postgres().port(), POOLER_SIZE);
    private final String pooled = direct.replace(":" + services.postgres().port(), ":" + pooler.port());
    private final Postgres postgres = new Postgres(Postgres.Url.parse(direct), 1, Duration.ofMinutes(1)).connect();
    private final AtomicInteger titles = new AtomicInteger();
    private final List<String> ids;
    private String cookie;

    private ScaleBench() throws Exception {
        WebBench.addAccounts(postgres, WebBench.ACCOUNTS);
        ids = WebBench.ids(postgres);
        try (var admin = App.start(settings(direct), "task", "create-admin", "root@example.com", "Root")
                .input(PASSWORD + "\n")) {
            if (admin.exitCode() != 0)
                throw new IllegalStateException(admin.err().toString());
        }
    }

    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.TEXT, Level.WARN, true, "bench", "bench", "bench");
        try (var bench = new ScaleBench()) {
            System.out.printf(
                    "%d processors, %d HTTP connections%n", Runtime.getRuntime().availableProcessors(), CONNECTIONS);
            bench.pooler();
            bench.formations();
        }
        System.exit(0);
    }

    private Map<String, String> settings(String databaseUrl) {
        var settings = services.settings(databaseUrl);
        settings.put("CACHE_TTL_SECONDS", "0");
        return settings;
    }

    /** Starts a web, and logs in at the first. */
    private WebProcess web(String name, String databaseUrl) throws Exception {
        var web = WebProcess.start(name, settings(databaseUrl), "/health/ready", WebBench.java());
        if (cookie == null) cookie = logIn(web.port);
        return web;
    }

    private static String logIn(int port) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/sessions".formatted(port)))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("""
                            {"email": "root@example.com", "password": "%s"}""".formatted(PASSWORD)));
            var answer = client.send(request.build(), BodyHandlers.discarding());
            return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
        }
    }

    /** A read of one row. */
    private String read() {
        return "GET /api/users/%s HTTP/1.1\r\nHost: a\r\n\r\n".formatted(WebBench.any(ids));
    }

    /** A write of one row in a transaction. */
    private String write() {
        var body = "{\"title\": \"Course %d\"}".formatted(titles.incrementAndGet());
        return "POST /api/courses HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(cookie, body.length(), body);
    }

    private static Load.Outcome load(List<Integer> ports, Duration duration, Supplier<String> requests)
            throws InterruptedException {
        var end = System.nanoTime() + duration.toNanos();
        var outcome = Load.send(ports, CONNECTIONS, () -> end, requests);
        if (outcome.failed() > 0) throw new IllegalStateException(outcome.failed() + " failed");
        return outcome;
    }

    private void pooler() throws Exception {
        System.out.printf("%nOne web, medians of %d rounds in turns%n", ROUNDS);
        try (var straight = web("straight", direct);
                var through = web("pooled", pooled)) {
            compare("reads", straight, through, this::read);
            compare("writes", straight, through, this::write);
        }
    }

    private static void compare(String what, WebProcess straight, WebProcess through, Supplier<String> requests)
            throws InterruptedException {
        var rates = List.of(new ArrayList<Double>(), new ArrayList<Double>());
        var webs = List.of(straight, through);
        for (var web : webs) load(List.of(web.port), WARM_UP, requests);
        for (var i = 0; i < ROUNDS * webs.size(); i++) {
            var port = webs.get(i % 2).port;
            rates.get(i % 2).add(load(List.of(port), MEASURED, requests).perSecond());
        }
        var medians = rates.stream().mapToDouble(Measurements::median).toArray();
        System.out.printf(
                "  %-8s straight %,8.0f/s   through PgBouncer %,8.0f/s   ratio %.2f%n",
                what, medians[0], medians[1], medians[1] / medians[0]);
    }

    private void formations() throws Exception {
        System.out.printf(
                "%nThrough PgBouncer, with %d schedulers; a worker has %d threads, a job waits %d ms%n",
                SCHEDULERS, NoOpWorker.THREADS, NoOpWorker.WAIT_MS);
        System.out.println("  of each   reads/s   p99 ms   writes/s   p99 ms   jobs/s   at PostgreSQL");
        var webs = new ArrayList<WebProcess>();
        var schedulers = new ArrayList<App>();
        try {
            for (var i = 0; i < SCHEDULERS; i++) schedulers.add(App.start(settings(pooled), "scheduler"));
            for (var step : STEPS) {
                var added = step - webs.size();
                while (webs.size() < step) webs.add(web("web-" + webs.size(), pooled));
                measure(webs, WARM_UP.multipliedBy(added));
            }
        } finally {
            for (var web : webs) web.close();
            for (var scheduler : schedulers) scheduler.close();
        }
    }

    /** @param warmUp longer for more new webs, whose code is compiled on the same processors */
    private void measure(List<WebProcess> webs, Duration warmUp) throws Exception {
        var ports = webs.stream().map(web -> web.port).toList();
        load(ports, warmUp, this::read);
        var reads = load(ports, MEASURED, this::read);
        load(ports, warmUp.dividedBy(2), this::write);
        var writes = load(ports, MEASURED, this::write);
        var jobs = jobsPerSecond(webs.size());
        System.out.printf(
                "  %7d  %,8.0f  %7.1f   %,8.0f  %7.1f  %,7.0f  %14d%n",
                webs.size(),
                reads.perSecond(),
                reads.milliseconds(99),
                writes.perSecond(),
                writes.milliseconds(99),
                jobs,
                count("pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"));
    }

    /** The rate between a tenth of the jobs and nine tenths. */
    private double jobsPerSecond(int workers) throws Exception {
        var total = workers * JOBS_PER_WORKER;
        var redisUrl = services.redis().url();
        var started = new ArrayList<JobProcess>();
        try (var redis = new Redis(new Redis.Settings(Redis.Url.parse(redisUrl), true, 5)).connect()) {
            for (var i = 0; i < workers; i++) started.add(JobProcess.start("kit", pooled, redisUrl, 0, 0));
            Thread.sleep(WARM_UP);
            var payloads = IntStream.range(0, total)
                    .mapToObj(number -> Job.of(new NoOpWorker.WaitingJob(number)))
                    .toList();
            postgres.jdbi().useTransaction(transaction -> new Jobs(redis).enqueueAll(transaction, payloads));
            awaitLeft(total * 9 / 10);
            var start = System.nanoTime();
            awaitLeft(total / 10);
            var rate = total * 0.8e9 / (System.nanoTime() - start);
            awaitLeft(0);
            return rate;
        } finally {
            for (var each : started) each.close();
        }
    }

    private void awaitLeft(int max) throws InterruptedException {
        for (var i = 0; i < 1200; i++) {
            if (count("jobs WHERE task_name = 'WaitingJob'") <= max) return;
            Thread.sleep(50);
        }
        throw new IllegalStateException("the jobs are not done within a minute");
    }

    private int count(String from) {
        return postgres.jdbi()
                .withHandle(handle -> handle.select("SELECT count(*) FROM " + from)
                        .mapTo(int.class)
                        .one());
    }

    @Override
    public void close() {
        postgres.close();
        pooler.close();
    }
}
