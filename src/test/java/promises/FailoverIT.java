package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.Machine;
import dev.TestServices;
import dozen.services.Migrations;
import dozen.services.Postgres;
import factors.App;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A PostgreSQL that dies under load, and its synchronous replica promoted. DATABASE_URL names both, so that web finds the
 * new primary by itself.
 */
@Tag("long")
class FailoverIT {
    private static final Path DATA = Path.of("target/services");
    private static final int CLIENTS = 8;
    /** How long somebody, or an operator such as Patroni, takes to notice that the primary is gone. */
    private static final Duration UNNOTICED = Duration.ofSeconds(2);

    private static final Duration MAX_RECOVERY = Duration.ofSeconds(5);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final TreeMap<Integer, Integer> statuses = new TreeMap<>();
    private volatile long promoted = Long.MAX_VALUE;
    private volatile long firstSuccess;
    private volatile boolean ended;

    @Test
    void theReplicaTakesOverAndNoAcknowledgedWriteIsLost() throws Exception {
        var ports = new int[] {Machine.freePort(), Machine.freePort()};
        try (var made = TestServices.startPostgres("primary", ports[0])) {
            // The launcher turns this off, to be quick.
            made.execute("postgres", "CREATE DATABASE app", "ALTER DATABASE app SET synchronous_commit = on");
            Migrations.run(Postgres.Url.parse(made.url("app")));
        }
        copy(DATA.resolve("primary"), DATA.resolve("replica"));
        Files.createFile(DATA.resolve("replica/standby.signal"));
        configure("replica", "primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'".formatted(ports[0]));
        configure("primary", "synchronous_standby_names = '*'"); // a commit waits for the replica
        var primary = TestServices.startPostgres("primary", ports[0]);
        try (var replica = TestServices.startPostgres("replica", ports[1])) {
            var settings = TestServices.shared()
                    .settings("postgres://postgres@127.0.0.1:%d,127.0.0.1:%d/app?targetServerType=primary"
                            .formatted(ports[0], ports[1]));
            try (var admin = App.start(settings, "task", "create-admin", "root@example.com", "Root")
                    .input("correct horse battery\n")) {
                assertEquals(0, admin.exitCode(), admin.err().toString());
            }
            try (var web = App.start(settings, "web");
                    var clients = Executors.newVirtualThreadPerTaskExecutor()) {
                var address = "http://127.0.0.1:" + web.port();
                var session = post(address + "/api/sessions", "", """
                        {"email": "root@example.com", "password": "correct horse battery"}""");
                var cookie =
                        session.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
                for (var i = 0; i < CLIENTS; i++) {
                    var number = i;
                    clients.submit(() -> makeCourses(address + "/api/courses", cookie, number));
                }
                Thread.sleep(2000);
                primary.process().destroyForcibly();
                Thread.sleep(UNNOTICED);
                promoted = System.nanoTime();
                replica.execute("postgres", "SELECT pg_promote()");
                for (var i = 0; i < 300 && firstSuccess == 0; i++) Thread.sleep(100);
                Thread.sleep(3000);
                ended = true;
            }
            acknowledged.removeAll(titles(replica.url("app")));
            System.out.printf(
                    "failover: a write %d ms after the promotion; answers: %s; %d acknowledged writes lost%n",
                    (firstSuccess - promoted) / 1_000_000, statuses, acknowledged.size());
            assertEquals(Set.of(201, 503), statuses.keySet());
            assertTrue(firstSuccess - promoted < MAX_RECOVERY.toNanos());
            assertEquals(Set.of(), acknowledged);
        } finally {
            primary.close();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (var each : Machine.all(from)) Files.copy(each, to.resolve(from.relativize(each)));
        Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from)); // PostgreSQL insists on them
    }

    private static void configure(String server, String line) throws IOException {
        Files.writeString(DATA.resolve(server + "/postgresql.auto.conf"), line + "\n", StandardOpenOption.APPEND);
    }

    private HttpResponse<String> post(String address, String cookie, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "application/json")
                .header("Cookie", cookie)
                .POST(BodyPublishers.ofString(body));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private Void makeCourses(String address, String cookie, int number) throws Exception {
        for (var i = 0; !ended; i++) {
            var title = "Course %d of %d".formatted(i, number);
            var status = post(address, cookie, "{\"title\": \"%s\"}".formatted(title))
                    .statusCode();
            if (status == 201) acknowledged.add(title);
            synchronized (statuses) {
                statuses.merge(status, 1, Integer::sum);
                if (status == 201 && firstSuccess == 0 && System.nanoTime() > promoted)
                    firstSuccess = System.nanoTime();
            }
            if (status == 503) Thread.sleep(50);
        }
        return null;
    }

    private static Set<String> titles(String url) {
        try (var postgres = new Postgres(Postgres.Url.parse(url), 1, Duration.ofSeconds(5)).connect()) {
            return Set.copyOf(postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("SELECT title FROM courses")
                            .mapTo(String.class)
                            .list()));
        }
    }
}
