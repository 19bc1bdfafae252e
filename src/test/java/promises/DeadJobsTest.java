package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.MailCatcher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Admins see the dead jobs on the status page, and retry or discard them by its forms. */
class DeadJobsTest {
    private static final Pattern FORM = Pattern.compile("/status/dead-jobs/[0-9a-f-]{36}/(?=retry)");

    @Test
    void anAdminRetriesADeadMailOnceAndDiscardsAnotherOnTheStatusPage() throws Exception {
        try (var catcher = MailCatcher.start();
                var app = RunningAcademy.start(
                        Map.of("SMTP_URL", catcher.url(), "MAIL_FROM", "hi@example.com", "STATUS_PUBLIC", "true"))) {
            app.signUp("zoe@example.com");
            app.signUp("yan@example.com");
            app.execute("""
                    WITH dead AS (DELETE FROM jobs RETURNING *)
                    INSERT INTO dead_jobs (type, job, payload, error, attempts, enqueued_at)
                    SELECT task_name, task_instance, task_data, E'<refused>\n\tat a.B', 10, now() FROM dead
                    """);
            var admin = app.admin();
            var page = app.get("/status", admin).body();
            var dead = FORM.matcher(page).results().map(MatchResult::group).toList();
            assertEquals(2, dead.size(), page);
            assertTrue(page.contains("<code>&lt;refused&gt;</code>"), page);
            assertTrue(!app.get("/status").body().contains("refused"), "errors are for admins");
            assertEquals(403, decide(app, dead.getFirst(), "retry", "Cookie", admin, "Origin", "https://evil.example"));
            assertEquals(303, decide(app, dead.getFirst(), "retry", "Cookie", admin));
            assertEquals(410, decide(app, dead.getFirst(), "retry", "Cookie", admin));
            assertEquals(303, decide(app, dead.getLast(), "discard", "Cookie", admin));
            assertEquals(410, decide(app, dead.getLast(), "discard", "Cookie", admin));
            app.startWorker();
            for (var i = 0; i < 500 && app.count("SELECT count(*) FROM jobs") > 0; i++) Thread.sleep(20);
            assertEquals(1, catcher.mails().size());
            assertEquals(0, app.count("SELECT count(*) FROM dead_jobs"));
        }
    }

    private static int decide(RunningAcademy app, String job, String decision, String... headers) {
        return app.send(app.request(job + decision)
                        .headers(headers)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.noBody()))
                .statusCode();
    }
}
