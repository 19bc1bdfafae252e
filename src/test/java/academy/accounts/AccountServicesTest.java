package academy.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static redis.clients.jedis.Protocol.Command.CONFIG;
import static redis.clients.jedis.Protocol.Command.REPLICAOF;

import academy.RunningAcademy;
import com.icegreen.greenmail.util.GreenMailUtil;
import dev.MailCatcher;
import dev.TestServices;
import dozen.services.Migrations;
import dozen.services.Postgres;
import dozen.services.Redis;
import jakarta.mail.Multipart;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts with mail and without it, with services that answer but refuse writes, and with rows of an older release. */
class AccountServicesTest {
    private static final String SIGN_UP = """
            {"email": "%s@example.com", "password": "correct horse battery", "name": "Zoë"}""";

    @Test
    void aServerThatOnlyReadsIsAwayForWritesAndWellAtOnceAfterwards() throws Exception {
        try (var server = TestServices.startPostgres("read-only", 0)) {
            server.execute("postgres", "CREATE DATABASE app");
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
                var redis = new Redis(new Redis.Settings(Redis.Url.parse(server.url()), true, 5)).connect()) {
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

    @Test
    void aNewAccountIsWelcomedOnceInItsOwnLetters() throws Exception {
        try (var catcher = MailCatcher.start();
                var app = RunningAcademy.start(
                        Map.of("SMTP_URL", catcher.url(), "MAIL_FROM", "Academy <hi@example.com>"))) {
            app.startWorker();
            var id = app.signUp("olga@пример.рф", "Ольга");
            for (var i = 0; i < 500 && catcher.mails().isEmpty(); i++) Thread.sleep(20);
            assertEquals(1, catcher.mails().size());
            var mail = catcher.mails().getFirst();
            assertEquals("Welcome to Academy", mail.getSubject());
            assertEquals("<welcome-%s@example.com>".formatted(id), mail.getMessageID());
            assertTrue(MailCatcher.text(mail).startsWith("Hello Ольга,"), GreenMailUtil.getBody(mail));
            var html = ((Multipart) mail.getContent()).getBodyPart(1);
            assertTrue(html.getContentType().startsWith("text/html"), html.getContentType());
            assertTrue(html.getContent().toString().contains("<p>Hello Ольга,</p>"));
        }
    }

    @Test
    void withoutSmtpTheJobIsDoneAndTheLogTells() throws Exception {
        try (var app = RunningAcademy.start();
                var postgres = app.postgres()) {
            app.startWorker();
            app.signUp("quiet@example.com");
            for (var i = 0; i < 500 && left(postgres) > 0; i++) Thread.sleep(20);
            assertEquals(0, left(postgres));
        }
    }

    @Test
    void itsRunIsInTheMetrics() throws Exception {
        var token = "a token that only the scraper has";
        var ownCounts = TestServices.shared().redis().url() + "/8";
        try (var app = RunningAcademy.start(Map.of("METRICS_TOKEN", token, "REDIS_URL", ownCounts))) {
            app.startWorker();
            app.signUp("counted@example.com");
            var metrics = "";
            for (var i = 0; i < 500 && !metrics.contains("jobs_runs_total{type=\"SendWelcomeMail\"} 1.0"); i++) {
                Thread.sleep(20);
                metrics = app.send(app.request("/metrics").header("Authorization", "Bearer " + token))
                        .body();
            }
            assertTrue(metrics.contains("jobs_runs_total{type=\"SendWelcomeMail\"} 1.0"), metrics);
            assertTrue(metrics.contains("jobs_run_ms_total{type=\"SendWelcomeMail\"}"), metrics);
        }
    }

    @Test
    void theTaskComputesWhatOldAccountsLackAndFindsNothingWhenRunAgain() {
        try (var app = RunningAcademy.start();
                var postgres = app.postgres()) {
            postgres.jdbi().useHandle(handle -> handle.execute("""
                    INSERT INTO accounts (email, name, password, about)
                    SELECT 'old' || i || '@example.com', 'Old', 'none', CASE WHEN i % 2 = 0 THEN 'words' ELSE '' END
                    FROM generate_series(1, 2500) AS i
                    """));
            for (var run = 0; run < 2; run++) {
                AccountTasks.backfillCompleteness(postgres.jdbi(), List.of());
                var counts = postgres.jdbi()
                        .withHandle(handle ->
                                handle.createQuery("""
                                SELECT array[count(*) FILTER (WHERE completeness = 40),
                                    count(*) FILTER (WHERE completeness = 70), count(*) FILTER (WHERE completeness IS NULL)]
                                FROM accounts WHERE email LIKE 'old%'
                                """).mapTo(Long[].class).one());
                assertEquals(List.of(1250L, 1250L, 0L), List.of(counts));
            }
            assertTrue(isReady(app));
        }
    }

    private static long left(Postgres postgres) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery(
                                "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM dead_jobs)")
                        .mapTo(Long.class)
                        .one());
    }
}
