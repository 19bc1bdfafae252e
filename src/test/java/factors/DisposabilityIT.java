package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Factor IX: requests in flight are answered when web stops. A lock in PostgreSQL makes real requests slow. */
class DisposabilityIT {
    private static final int IN_FLIGHT = 20;

    private final TestServices services = TestServices.shared();
    private final String databaseUrl = services.newDatabase();

    private App start(String poolSize) throws Exception {
        var settings = services.settings(databaseUrl);
        settings.put("DATABASE_POOL_SIZE", poolSize);
        return App.start(settings, "web");
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql" + databaseUrl.substring("postgres".length()).replace("postgres:postgres@", ""),
                "postgres",
                "postgres");
    }

    /** Locks a table: until the connection is closed, every read of it waits. */
    private Connection lock(String table) throws SQLException {
        var connection = connect();
        connection.setAutoCommit(false);
        connection.createStatement().execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        return connection;
    }

    private int blockedQueries() throws SQLException {
        try (var connection = connect();
                var found = connection.createStatement().executeQuery("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND datname = current_database()
                        """)) {
            found.next();
            return found.getInt(1);
        }
    }

    private void awaitBlockedQueries(int count) throws Exception {
        for (var i = 0; i < 500 && blockedQueries() < count; i++) Thread.sleep(10);
        assertEquals(count, blockedQueries());
    }

    @Test
    void requestsInFlightAreAnsweredAfterSigterm() throws Exception {
        try (var app = start("" + IN_FLIGHT);
                var client = HttpClient.newHttpClient()) {
            var port = app.port();
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/courses".formatted(port)))
                    .build();
            var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            try (var lock = lock("courses")) {
                for (var i = 0; i < IN_FLIGHT; i++) {
                    answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
                }
                awaitBlockedQueries(IN_FLIGHT);
                app.terminate();
                Thread.sleep(1500); // well under the 5 s that a statement may take
                assertThrows(ConnectException.class, () -> new Socket("127.0.0.1", port).close());
                lock.rollback();
            }
            for (var answer : answers) assertEquals(200, answer.get().statusCode());
            assertTrue(Set.of(0, 143).contains(app.exitCode(Duration.ofSeconds(25))));
        }
    }

    /** The log-in waits for PostgreSQL when the stop comes, and the process hashes its first password after it. */
    @Test
    void theFirstLogInOfAProcessIsAnsweredWhenItMeetsTheStop() throws Exception {
        try (var app = start("2");
                var client = HttpClient.newHttpClient()) {
            var logIn = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/sessions".formatted(app.port())))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("""
                            {"email": "zoe@example.com", "password": "correct horse battery"}"""));
            CompletableFuture<HttpResponse<String>> answer;
            try (var lock = lock("accounts")) {
                answer = client.sendAsync(logIn.build(), HttpResponse.BodyHandlers.ofString());
                awaitBlockedQueries(1);
                app.terminate();
                Thread.sleep(1000);
                lock.rollback();
            }
            assertEquals(401, answer.get().statusCode(), answer.get().body());
        }
    }

    @Test
    void aSecondSigtermEndsItAtOnce() throws Exception {
        try (var app = start("2");
                var client = HttpClient.newHttpClient();
                var lock = lock("courses")) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/courses".formatted(app.port())));
            var answer = client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
            awaitBlockedQueries(1);
            app.terminate();
            app.awaitLine("stopping within");
            Thread.sleep(500); // a second signal within 250 ms would be taken for the first
            app.terminate();
            assertEquals(143, app.exitCode());
            assertTrue(answer.isCompletedExceptionally() || assertThrows(Exception.class, answer::get) != null);
            lock.rollback();
        }
    }

    @Test
    void itEndsWithinTheGracePeriodWhateverHangs() throws Exception {
        var settings = services.settings(databaseUrl);
        settings.putAll(Map.of("SHUTDOWN_GRACE_SECONDS", "1"));
        try (var app = App.start(settings, "web");
                var client = HttpClient.newHttpClient();
                var lock = lock("courses")) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/courses".formatted(app.port())));
            client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
            awaitBlockedQueries(1);
            app.terminate();
            assertTrue(Set.of(0, 143).contains(app.exitCode(Duration.ofSeconds(4))));
            lock.rollback();
        }
    }
}
