package academy.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import com.icegreen.greenmail.util.GreenMailUtil;
import dev.MailCatcher;
import dev.TestServices;
import dozen.services.Postgres;
import jakarta.mail.Multipart;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SendWelcomeMailTest {
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

    private static long left(Postgres postgres) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery(
                                "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM dead_jobs)")
                        .mapTo(Long.class)
                        .one());
    }
}
