package academy.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static redis.clients.jedis.Protocol.Command.CONFIG;
import static redis.clients.jedis.Protocol.Command.REPLICAOF;

import academy.RunningAcademy;
import dev.TestServices;
import dozen.services.Migrations;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests with services that answer but refuse writes. */
class RefusingServicesTest {
    private static final String SIGN_UP = """
            {"email": "%s@example.com", "password": "correct horse battery", "name": "Zoë"}""";

    @Test
    void aServerThatOnlyReadsIsAwayForWritesAndWellAtOnceAfterwards() throws Exception {
        try (var server = TestServices.startPostgres("read-only", 0)) {
            server.execute("postgres", "DROP DATABASE IF EXISTS app WITH (FORCE)", "CREATE DATABASE app");
            Migrations.run(Postgres.Url.parse(server.url("app")));
            try (var app = RunningAcademy.start(Map.of("DATABASE_URL", server.url("app")))) {
                assertEquals(
                        201, app.post("/api/accounts", SIGN_UP.formatted("one")).statusCode());
                server.execute(
                        "postgres", "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
                for (var i = 0; i < 500 && isReady(app); i++) Thread.sleep(10);
                var refused = app.post("/api/accounts", SIGN_UP.formatted("two"));
                assertEquals(503, refused.statusCode(), refused.body());
                assertEquals(503, app.get("/health/ready").statusCode());
                server.execute(
                        "postgres",
                        "SET default_transaction_read_only = off",
                        "ALTER SYSTEM RESET default_transaction_read_only",
                        "SELECT pg_reload_conf()");
                for (var i = 0; i < 200 && !isReady(app); i++) Thread.sleep(10);
                assertEquals(
                        201, app.post("/api/accounts", SIGN_UP.formatted("two")).statusCode());
            }
        }
    }

    private static boolean isReady(RunningAcademy app) {
        return app.get("/health/ready").statusCode() == 200;
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxmemory 1", "min-replicas-to-write 1", "replicaof 127.0.0.1 1"})
    void aRedisThatRefusesWritesDegradesReadiness(String fault) throws Exception {
        try (var server = TestServices.startRedis("refusing-web", 0);
                var redis = new Redis(new Redis.Settings(Redis.Url.parse(server.url()), true)).connect()) {
            refuseAndAsk(fault, server.url(), redis);
        }
    }

    private static void refuseAndAsk(String fault, String url, Redis redis) {
        try (var app = RunningAcademy.start(Map.of("REDIS_URL", url))) {
            app.signUp("zoe@example.com");
            var parts = fault.split(" ");
            if (parts[0].equals("replicaof")) redis.client().sendCommand(REPLICAOF, parts[1], parts[2]);
            else redis.client().sendCommand(CONFIG, "SET", parts[0], parts[1]);
            var answer = app.post("/api/sessions", """
                    {"email": "zoe@example.com", "password": "correct horse battery"}""");
            assertEquals(503, answer.statusCode(), answer.body());
            var signedUp = app.send(app.request("/sign-up")
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString("email=new%40example.com&name=New&password=correct+horse+battery")));
            assertEquals(303, signedUp.statusCode(), signedUp.body());
            assertEquals("/log-in", signedUp.headers().firstValue("Location").orElseThrow());
            var ready = app.get("/health/ready");
            assertEquals(200, ready.statusCode());
            assertTrue(ready.body().contains("degraded"), ready.body());
        }
    }
}
