package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.Machine;
import dev.TestServices;
import dozen.app.Lifecycle;
import dozen.config.Env;
import dozen.http.Json;
import dozen.http.Server;
import dozen.services.Health;
import dozen.services.Migrations;
import dozen.services.Postgres;
import factors.App;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL is killed under load, and its synchronous replica is promoted. DATABASE_URL names both, so that web finds
 * the new primary by itself. A feature that reads from the replica goes on meanwhile.
 */
@Tag("long")
class FailoverIT {
    private static final Path DATA = Path.of("target/services");
    private static final int CLIENTS = 8;
    /** How long somebody, or an operator such as Patroni, takes to notice that the primary is gone. */
    private static final Duration UNNOTICED = Duration.ofSeconds(2);

    private static final long MAX_RECOVERY_MS = 5000;

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
            CourseWriter.createAdmin(settings);
            try (var web = App.start(settings, "web");
                    var lifecycle = new Lifecycle(Duration.ofSeconds(5));
                    var writer = CourseWriter.start("http://127.0.0.1:" + web.port(), CLIENTS)) {
                var figures = startFigures(lifecycle, settings);
                Machine.await(60, "writes", () -> writer.acknowledged().size() > CLIENTS);
                primary.process().destroyForcibly();
                Thread.sleep(UNNOTICED);
                assertTrue(courses(figures) > CLIENTS); // nobody but the replica can have answered
                replica.execute("postgres", "SELECT pg_promote()");
                var recovery = writer.awaitSuccess();
                Thread.sleep(1000);
                writer.stop();
                assertEquals(writer.acknowledged().size(), courses(figures), 2.0 * CLIENTS);
                var lost = writer.acknowledged();
                lost.removeAll(titles(replica.url("app")));
                System.out.printf(
                        "failover: a write %d ms after the promotion; answers: %s; %d acknowledged writes lost%n",
                        recovery, writer.statuses(), lost.size());
                assertEquals(Set.of(201, 503), writer.statuses().keySet());
                assertTrue(recovery < MAX_RECOVERY_MS);
                assertEquals(Set.of(), lost);
            }
        } finally {
            primary.close();
        }
    }

    /** Starts web with the feature alone that docs/scale.md shows. */
    private static Server startFigures(Lifecycle lifecycle, Map<String, String> settings) throws IOException {
        var shown = ScalePage.block("java");
        assertTrue(Files.readString(Path.of("src/test/java/promises/FiguresFeature.java"))
                .endsWith(shown));
        var url = settings.get("DATABASE_URL").replace("=primary", "=preferSecondary");
        var figures = new FiguresFeature(FiguresFeature.readUrl(new Env(Map.of("REPLICA_URL", url))), lifecycle);
        var http = Server.Settings.read(new Env(Map.of("PORT", "0")), Duration.ofSeconds(5));
        return lifecycle.register(new Server(http, new Health(), Object::toString, figures::routes).start());
    }

    private static int courses(Server figures) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/figures".formatted(figures.port())));
            var answer = client.send(request.build(), BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
            return Json.MAPPER.readTree(answer.body()).get("courses").asInt();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (var each : Machine.all(from)) Files.copy(each, to.resolve(from.relativize(each)));
        Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from)); // PostgreSQL insists on them
    }

    private static void configure(String server, String line) throws IOException {
        Files.writeString(DATA.resolve(server + "/postgresql.auto.conf"), line + "\n", StandardOpenOption.APPEND);
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
