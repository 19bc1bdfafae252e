package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.services.Postgres;
import factors.App;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Counts, in the servers, the connections of a small formation under load. Small plans allow 20 of them. */
@Tag("long")
class ConnectionsIT {
    private static final int MAX = 18;
    private static final int CLIENTS = 64;
    private static final Duration LOAD_DURATION = Duration.ofSeconds(12);
    private static final Duration MAX_DELAY = Duration.ofMinutes(3);
    private static final String COUNT = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = 'app' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
            """;

    private final AtomicInteger accounts = new AtomicInteger();

    @Test
    void oneOfEachTypeAndAReleaseStayWithinTheSmallestPlans() throws Exception {
        try (var postgres = TestServices.startPostgres("budget", 0);
                var redis = TestServices.startRedis("budget", 0)) {
            postgres.execute("postgres", "CREATE DATABASE app");
            var settings = TestServices.shared().settings(postgres.url("app"));
            settings.put("REDIS_URL", redis.url());
            settings.putAll(Map.of("SIGN_UPS_BY_ADDRESS", "1000000", "DIGEST_CRON", "* * * * * *"));
            try (var first = App.start(settings, "release")) {
                assertEquals(0, first.exitCode());
            }
            try (var web = App.start(settings, "web");
                    var worker = App.start(settings, "worker");
                    var scheduler = App.start(settings, "scheduler");
                    var client = HttpClient.newHttpClient();
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var end = System.nanoTime() + LOAD_DURATION.toNanos();
                var load = new ArrayList<Future<?>>();
                for (var i = 0; i < CLIENTS; i++) {
                    load.add(threads.submit(() -> {
                        while (goesOn(end)) ask(client, web.port());
                        return null;
                    }));
                }
                load.add(threads.submit(() -> {
                    while (goesOn(end)) {
                        try (var release = App.start(settings, "release")) {
                            assertEquals(0, release.exitCode());
                        }
                    }
                    return null;
                }));
                var max = count(postgres.url("app"), redis.url(), () -> goesOn(end));
                for (var each : load) each.get();
                assertTrue(worker.isAlive() && scheduler.isAlive());
                System.out.printf(
                        "%d accounts were made; at most %d connections to PostgreSQL and %d to Redis%n",
                        accounts.get(), max[0], max[1]);
                assertTrue(accounts.get() > CLIENTS, "there was a load");
                assertTrue(max[0] > MAX / 2 && max[0] <= MAX, max[0] + " to PostgreSQL");
                assertTrue(max[1] > 3 && max[1] <= MAX, max[1] + " to Redis");
            }
        }
    }

    /** Whether the load goes on: on a slow machine it takes longer until there was one. */
    private boolean goesOn(long end) {
        var late = System.nanoTime() - end;
        return late < 0 || accounts.get() <= CLIENTS && late < MAX_DELAY.toNanos();
    }

    /** Each account is a write, a welcome mail's job, and several commands to Redis; each list is read from both. */
    private void ask(HttpClient client, int port) throws Exception {
        var name = "a" + accounts.get() + "-" + Thread.currentThread().threadId();
        var signUp = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/accounts"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("""
                        {"email": "%s@example.com", "password": "correct horse battery", "name": "A"}""".formatted(name)));
        if (client.send(signUp.build(), BodyHandlers.ofString()).statusCode() == 201) accounts.incrementAndGet();
        for (var i = 0; i < 20; i++) {
            var list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/courses?size=" + (i + 1)));
            client.send(list.build(), BodyHandlers.ofString());
        }
    }

    /** The most connections to PostgreSQL and to Redis that were seen until the end. */
    private static int[] count(String postgres, String redis, BooleanSupplier goesOn) throws InterruptedException {
        var max = new int[2];
        try (var watching = new Postgres(Postgres.Url.parse(postgres), 1, Duration.ofSeconds(5)).connect();
                var client = new Jedis(URI.create(redis))) {
            while (goesOn.getAsBoolean()) {
                var open = watching.jdbi()
                        .withHandle(
                                handle -> handle.select(COUNT).mapTo(int.class).one());
                max[0] = Math.max(max[0], open);
                max[1] = Math.max(max[1], client.clientList().split("\n").length - 1);
                Thread.sleep(20);
            }
        }
        return max;
    }
}
