package dozen.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.MailCatcher;
import dev.TestServices;
import dozen.config.WebAddress;
import dozen.services.Postgres;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

class MailerTest {
    /** Less than the minute that a mail server may take to answer a command. */
    private static final int AT_ONCE_SECONDS = 10;

    private static final String KEY = "twins";

    @Test
    void ofTwoWorkersWithTheSameLetterOneGivesWayAtOnce() throws Exception {
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        try (var catcher = MailCatcher.start();
                var postgres = new Postgres(url, 2, Duration.ofSeconds(30)).connect();
                var watching = new Postgres(url, 1, Duration.ofSeconds(30)).connect()) {
            var settings = new Mailer.Settings(
                    Optional.of(Mailer.Settings.smtp(catcher.url())),
                    new InternetAddress("Test <hi@example.com>"),
                    false,
                    Mailer.Timeouts.DEFAULT);
            var mailer = new Mailer("Test", postgres.jdbi(), settings, WebAddress.base("http://localhost"));
            var second = postgres.jdbi().inTransaction(handle -> {
                handle.execute("INSERT INTO mails (key) VALUES (?)", KEY);
                var sending = CompletableFuture.runAsync(() -> send(mailer));
                for (var i = 0; i < 500 && !isWaiting(watching.jdbi()); i++) Thread.sleep(20);
                assertFalse(sending.isDone());
                return sending;
            });
            second.get(AT_ONCE_SECONDS, TimeUnit.SECONDS);
            send(mailer); // a later attempt sends nothing, either
            assertEquals(0, catcher.mails().size());
        }
    }

    private static void send(Mailer mailer) {
        try {
            mailer.send(new Mailer.Recipient("twin@example.com", "Twin"), KEY, "mails/test", "A test", Map.of());
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
