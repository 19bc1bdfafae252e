package academy.accounts;

import static academy.RunningAcademy.signUp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static redis.clients.jedis.Protocol.Command.CONFIG;
import static redis.clients.jedis.Protocol.Command.REPLICAOF;

import academy.RunningAcademy;
import dev.TestServices;
import dozen.config.Secret;
import dozen.services.Migrations;
import dozen.services.Postgres;
import dozen.testing.TestApp;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts without mail, with services that answer but refuse writes, with rows and hashes of an older release. */
class AccountServicesTest {
    private static final Map<String, String> TWO =
            Map.of("email", "two@example.com", "password", RunningAcademy.PASSWORD, "name", "Two");

    @Test
    void aServerThatOnlyReadsIsAwayForWritesAndWellAtOnceAfterwards() throws Exception {
        try (var server = TestServices.startPostgres("read-only", 0)) {
            server.execute("postgres", "CREATE DATABASE app");
            Migrations.run(Postgres.Url.parse(server.url("app")));
            try (var app = RunningAcademy.start(Map.of("DATABASE_URL", server.url("app")))) {
                signUp(app.anyone(), "one@example.com", "One");
                server.execute(
                        "postgres", "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
                TestApp.await("read-only", () -> !isReady(app));
                app.post("/api/accounts", TWO).is(503);
                app.get("/health/ready").is(503);
                server.execute(
                        "postgres",
                        "SET default_transaction_read_only = off",
                        "ALTER SYSTEM RESET default_transaction_read_only",
                        "SELECT pg_reload_conf()");
                TestApp.await("all well", () -> isReady(app));
                app.post("/api/accounts", TWO).is(201);
            }
        }
    }

    private static boolean isReady(TestApp app) {
        return app.get("/health/ready").status() == 200;
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxmemory 1", "min-replicas-to-write 1", "replicaof 127.0.0.1 1"})
    void aRedisThatRefusesWritesDegradesReadiness(String fault) throws Exception {
        try (var server = TestServices.startRedis("refusing-web", 0);
                var redis = server.connect();
                var app = RunningAcademy.start(Map.of("REDIS_URL", server.url()))) {
            signUp(app.anyone(), "zoe@example.com", "Zoë");
            var parts = fault.split(" ");
            if (parts[0].equals("replicaof")) redis.client().sendCommand(REPLICAOF, parts[1], parts[2]);
            else redis.client().sendCommand(CONFIG, "SET", parts[0], parts[1]);
            RunningAcademy.logIn(app.anyone(), "zoe@example.com", RunningAcademy.PASSWORD)
                    .is(503);
            var signedUp = app.anyone().form("/sign-up", TWO).is(303);
            assertEquals("/log-in", signedUp.header("Location"));
            assertEquals("degraded", app.get("/health/ready").is(200).text("/status"));
        }
    }

    @Test
    void withoutSmtpTheJobIsDone() {
        try (var app = RunningAcademy.start(Map.of("SMTP_URL", ""))) {
            app.as("quiet@example.com");
            app.runJobs();
            assertEquals(0, app.count("SELECT count(*) FROM jobs"));
        }
    }

    @Test
    void itsRunIsInTheMetrics() {
        var token = "a token that only the scraper has";
        var ownCounts = TestServices.shared().redis().url() + "/8";
        try (var app = RunningAcademy.start(Map.of("METRICS_TOKEN", token, "REDIS_URL", ownCounts))) {
            signUp(app.anyone(), "counted@example.com", "C");
            app.runJobs();
            var metrics = app.anyone()
                    .with("Authorization", "Bearer " + token)
                    .get("/metrics")
                    .body();
            assertTrue(metrics.contains("jobs_runs_total{type=\"SendWelcomeMail\"} 1.0"), metrics);
            assertTrue(metrics.contains("jobs_run_ms_total{type=\"SendWelcomeMail\"}"), metrics);
        }
    }

    /** Both hashes were made by password4j, from a salt that is not random. */
    @Test
    void aHashOfAnotherImplementationIsChecked() {
        var passwords = new Passwords(Passwords.Cost.DEFAULT);
        var hash = "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlIHNhbA$ZJ4FUbptHT0O321/29MZjzSO5FrbsClqx9/BbsxE0RA";
        assertTrue(passwords.matches(new Secret("correct horse battery"), hash));
        assertFalse(passwords.matches(new Secret("correct horse batterz"), hash));
        assertFalse(passwords.isOutdated(hash));
        var other = "$argon2id$v=19$m=7168,t=5,p=2$c2l4dGVlbiBieXRlIHNhbA$GbAraba5+WU1Grmfy0d86EL+G9Zy4UVmeNOZnLNvmzY";
        assertTrue(passwords.matches(new Secret("pässword"), other));
        assertTrue(passwords.isOutdated(other));
    }

    @Test
    void hashesUseTheSameMemoryOneAfterTheOther() {
        var passwords = new Passwords(Passwords.Cost.DEFAULT);
        passwords.hash(new Secret(RunningAcademy.PASSWORD));
        var before = allocatedByHashing();
        assertTrue(before > 0, "the threads that hash have another name");
        for (var i = 0; i < 5; i++) passwords.hash(new Secret(RunningAcademy.PASSWORD));
        var megabytes = (allocatedByHashing() - before) >> 20;
        assertTrue(megabytes < 19, "five hashes of 19 MB allocated " + megabytes + " MB");
    }

    private static long allocatedByHashing() {
        var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("hashing-"))
                .mapToLong(thread -> bean.getThreadAllocatedBytes(thread.threadId()))
                .sum();
    }

    @Test
    void theTaskComputesWhatOldAccountsLackAndFindsNothingWhenRunAgain() {
        try (var app = RunningAcademy.start()) {
            app.execute("""
                    INSERT INTO accounts (email, name, password, about)
                    SELECT 'old' || i || '@example.com', 'Old', 'none', CASE WHEN i % 2 = 0 THEN 'words' ELSE '' END
                    FROM generate_series(1, 2500) AS i
                    """);
            for (var run = 0; run < 2; run++) {
                new AccountTasks(null, app.jdbi()).backfillCompleteness(List.of());
                assertEquals(1250, app.count("SELECT count(*) FROM accounts WHERE completeness = 40"));
                assertEquals(1250, app.count("SELECT count(*) FROM accounts WHERE completeness = 70"));
            }
            assertTrue(isReady(app));
        }
    }
}
