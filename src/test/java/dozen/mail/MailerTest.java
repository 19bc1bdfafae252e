package dozen.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.MailCatcher;
import dev.TestServices;
import dozen.config.WebAddress;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.services.Postgres;
import dozen.services.RateLimits;
import dozen.services.Redis;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import redis.clients.jedis.exceptions.JedisException;

@Execution(ExecutionMode.CONCURRENT) // they wait most of the time
class MailerTest {
    /** Less than the minute that a mail server may take to answer a command. */
    private static final int AT_ONCE_SECONDS = 10;

    private static final String KEY = "twins";
    private static final int MAILS = 60;
    private static final int PER_MINUTE = 900;

    @Test
    void ofTwoWorkersWithTheSameLetterOneGivesWayAtOnce() throws Exception {
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        try (var catcher = MailCatcher.start();
                var postgres = new Postgres(url, 2, Duration.ofSeconds(30)).connect();
                var watching = new Postgres(url, 1, Duration.ofSeconds(30)).connect()) {
            var mailer = mailer(catcher, postgres, null, 0);
            var second = postgres.jdbi().inTransaction(handle -> {
                handle.execute("INSERT INTO mails (key) VALUES (?)", KEY);
                var sending = CompletableFuture.runAsync(() -> send(mailer, KEY), Thread::startVirtualThread);
                for (var i = 0; i < 500 && !isWaiting(watching.jdbi()); i++) Thread.sleep(20);
                assertFalse(sending.isDone());
                return sending;
            });
            second.get(AT_ONCE_SECONDS, TimeUnit.SECONDS);
            send(mailer, KEY); // a later attempt sends nothing, either
            assertEquals(0, catcher.mails().size());
        }
    }

    @Test
    void mailsOverTheRateWaitAndLoseNoAttempt() throws Exception {
        var services = TestServices.shared();
        var url = Postgres.Url.parse(services.newDatabase());
        var redisSettings = new Redis.Settings(Redis.Url.parse(services.redis().url() + "/6"), true, 5);
        try (var catcher = MailCatcher.start();
                var postgres = new Postgres(url, 8, Duration.ofSeconds(30)).connect();
                var redis = new Redis(redisSettings).connect();
                var first = new Worker("first", postgres, redis, Duration.ofSeconds(1));
                var second = new Worker("second", postgres, redis, Duration.ofSeconds(1))) {
            var mailer = mailer(catcher, postgres, new RateLimits(redis), PER_MINUTE);
            var attempts = new AtomicInteger();
            var failed = new AtomicInteger();
            postgres.jdbi().useTransaction(handle -> {
                for (var i = 0; i < MAILS; i++) new Jobs(redis).enqueue(handle, Job.of(new SendHello("mail-" + i)));
            });
            var start = System.nanoTime();
            for (var worker : List.of(first, second)) {
                worker.on(SendHello.class, (job, run) -> {
                            attempts.accumulateAndGet(run.attempt(), Math::max);
                            try {
                                send(mailer, job.key());
                            } catch (JedisException e) { // Redis did not answer within a second, as on a busy machine
                                failed.incrementAndGet();
                                throw e;
                            }
                        })
                        .start(5);
            }
            for (var i = 0; i < 600 && catcher.mails().size() < MAILS; i++) Thread.sleep(50);
            var seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("%d mails at %d a minute took %.1f s%n", MAILS, PER_MINUTE, seconds);
            assertEquals(MAILS, catcher.mails().size());
            assertTrue(seconds > (MAILS - 2.0 * PER_MINUTE / 60) * 60 / PER_MINUTE, seconds + " s");
            assertTrue(attempts.get() <= 1 + failed.get(), attempts + " attempts");
        }
    }

    private record SendHello(String key) {}

    private static Mailer mailer(MailCatcher catcher, Postgres postgres, RateLimits limits, int perMinute)
            throws Exception {
        var settings = new Mailer.Settings(
                Optional.of(Mailer.Settings.smtp(catcher.url())),
                new InternetAddress("Test <hi@example.com>"),
                Mailer.StartTls.AUTO,
                perMinute,
                Duration.ofMinutes(1));
        return new Mailer("Test", postgres.jdbi(), limits, settings, WebAddress.base("http://localhost"));
    }

    private static void send(Mailer mailer, String key) {
        try {
            mailer.send(new Mailer.Recipient("twin@example.com", "Twin"), key, "mails/test", "A test", Map.of());
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isWaiting(Jdbi jdbi) {
        return jdbi.withHandle(
                handle -> handle.createQuery("""
                        SELECT count(*) > 0 FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO mails%'""").mapTo(Boolean.class).one());
    }
}
