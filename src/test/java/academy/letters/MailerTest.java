package academy.letters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import academy.RunningAcademy;
import dev.MailCatcher;
import dozen.http.PublicUrl;
import dozen.services.Mail;
import dozen.services.SmtpUrl;
import jakarta.mail.internet.InternetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

class MailerTest {
    /** Less than the 15 s that a mail server's answer may take. */
    private static final int AT_ONCE_SECONDS = 10;

    private static final String KEY = "welcome-twins";

    @Test
    void ofTwoWorkersWithTheSameLetterOneGivesWayAtOnce() throws Exception {
        try (var catcher = MailCatcher.start();
                var academy = RunningAcademy.start();
                var postgres = academy.postgres();
                var watching = academy.postgres()) {
            var mail = new Mail(
                    Optional.of(SmtpUrl.parse(catcher.url())), new InternetAddress("Academy <hi@example.com>"), false);
            var letters = new Mailer(postgres.jdbi(), mail, PublicUrl.parse("http://localhost"));
            var second = postgres.jdbi().inTransaction(handle -> {
                handle.execute("INSERT INTO letters (key) VALUES (?)", KEY);
                var sending = CompletableFuture.runAsync(() -> send(letters));
                for (var i = 0; i < 500 && !isWaiting(watching.jdbi()); i++) Thread.sleep(20);
                assertFalse(sending.isDone());
                return sending;
            });
            second.get(AT_ONCE_SECONDS, TimeUnit.SECONDS);
            send(letters); // and whoever comes later
            assertEquals(0, catcher.mails().size());
        }
    }

    private static void send(Mailer letters) {
        try {
            letters.send(
                    new Mailer.Recipient("twin@example.com", "Twin"), KEY, "welcome", "Welcome to Academy", Map.of());
        } catch (jakarta.mail.MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isWaiting(Jdbi jdbi) {
        return jdbi.withHandle(
                handle -> handle.createQuery("""
                        SELECT count(*) > 0 FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO letters%'""").mapTo(Boolean.class).one());
    }
}
