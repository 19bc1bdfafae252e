package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.LocalPooler;
import dev.TestServices;
import factors.App;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Web and a worker run behind PgBouncer in transaction mode, which gives each transaction any of its few connections. */
@Tag("long")
class PoolerIT {
    private static final int CLIENTS = 16;
    private static final int REQUESTS = 10_000;
    /** The connections to PostgreSQL, which all processes share: fewer than each of them has to the pooler. */
    private static final int CONNECTIONS = 8;

    /** One request in this many is a write: a sign-up, which also enqueues a job for the worker. */
    private static final int WRITES = 50;

    private final TreeMap<Integer, Integer> statuses = new TreeMap<>();

    @Test
    void noRequestFailsAndNoSettingOfASessionLeaks(@TempDir Path folder) throws Exception {
        var services = TestServices.shared();
        var direct = services.direct(services.newDatabase());
        try (var pooler = LocalPooler.start(folder, services.postgres().port(), CONNECTIONS)) {
            var pooled = direct.replace(":" + services.postgres().port(), ":" + pooler.port());
            var settings = services.settings(pooled);
            settings.put("DATABASE_DIRECT_URL", direct);
            settings.put("REDIS_URL", services.redis().url() + "/7"); // other tests' sign-ups count in the shared one
            try (var release = App.start(settings, "release")) {
                assertEquals(0, release.exitCode());
            }
            var neighbour =
                    "jdbc:postgresql" + pooled.substring("postgres".length()).replace("postgres:postgres@", "");
            try (var web = App.start(settings, "web");
                    var worker = App.start(settings, "worker");
                    var client = HttpClient.newHttpClient();
                    var clients = Executors.newVirtualThreadPerTaskExecutor();
                    var watching = DriverManager.getConnection(neighbour + "?preferQueryMode=simple", "postgres", "")) {
                var requests = new ArrayList<Callable<Void>>();
                for (var i = 0; i < CLIENTS; i++) {
                    var number = i;
                    requests.add(() -> ask(client, web.port(), number));
                }
                var left = new TreeSet<String>(); // what others left behind in the connections that the watcher gets
                var running = requests.stream().map(clients::submit).toList();
                while (!running.stream().allMatch(each -> each.isDone())) {
                    left.add(sessionState(watching));
                    Thread.sleep(5);
                }
                for (var each : running) each.get();
                System.out.printf("through PgBouncer: %s%n", statuses);
                // A busy machine may refuse a few with 503, when nobody gets a connection in time.
                var refused = statuses.getOrDefault(503, 0);
                assertTrue(refused < REQUESTS / 100, statuses.toString());
                assertEquals(REQUESTS, statuses.get(200) + statuses.get(201) + refused);
                assertEquals(
                        REQUESTS,
                        statuses.values().stream().mapToInt(each -> each).sum());
                assertEquals(new TreeSet<>(List.of("timeout 0, 0 prepared")), left);
                assertTrue(worker.isAlive());
                for (var i = 0; i < 600 && openJobs(watching) > 0; i++) Thread.sleep(50);
                assertEquals(0, openJobs(watching));
            }
        }
    }

    private Void ask(HttpClient client, int port, int number) throws Exception {
        for (var i = 0; i < REQUESTS / CLIENTS; i++) {
            var request = i % WRITES == 0
                    ? HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/accounts".formatted(port)))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("""
                                    {"email": "a%d-%d@example.com", "password": "correct horse battery", "name": "A"}""".formatted(number, i)))
                    : HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:%d/api/courses?limit=%d&q=%d".formatted(port, 1 + i % 50, number)));
            var status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
            synchronized (statuses) {
                statuses.merge(status, 1, Integer::sum);
            }
        }
        return null;
    }

    private static String sessionState(Connection neighbour) throws Exception {
        try (var statement = neighbour.createStatement();
                var row = statement.executeQuery("""
                        SELECT format('timeout %s, %s prepared', current_setting('statement_timeout'), count(*))
                        FROM pg_prepared_statements""")) {
            row.next();
            return row.getString(1);
        }
    }

    private static int openJobs(Connection database) throws Exception {
        try (var statement = database.createStatement();
                var row = statement.executeQuery("SELECT count(*) FROM jobs")) {
            row.next();
            return row.getInt(1);
        }
    }
}
