package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Admins see the dead jobs on the status page, and retry or discard them by its forms. */
class DeadJobsTest {
    private static final Pattern FORM = Pattern.compile("/status/dead-jobs/[0-9a-f-]{36}/(?=retry)");

    @Test
    void anAdminRetriesADeadMailOnceAndDiscardsAnotherOnTheStatusPage() {
        try (var app = RunningAcademy.start(Map.of("STATUS_PUBLIC", "true"))) {
            app.as("zoe@example.com");
            app.as("yan@example.com");
            app.execute("""
                    WITH dead AS (DELETE FROM jobs RETURNING *)
                    INSERT INTO dead_jobs (type, job, payload, error, attempts, enqueued_at)
                    SELECT task_name, task_instance, task_data, E'<refused>\n\tat a.B', 10, now() FROM dead
                    """);
            var admin = app.as("admin@example.com");
            var page = admin.get("/status").body();
            var dead = FORM.matcher(page).results().map(MatchResult::group).toList();
            assertEquals(2, dead.size(), page);
            assertTrue(page.contains("<code>&lt;refused&gt;</code>"), page);
            assertTrue(!app.get("/status").body().contains("refused"), "errors are for admins");
            admin.with("Origin", "https://evil.example")
                    .form(dead.getFirst() + "retry", "")
                    .is(403);
            admin.form(dead.getFirst() + "retry", "").is(303);
            admin.form(dead.getFirst() + "retry", "").is(410);
            admin.form(dead.getLast() + "discard", "").is(303);
            admin.form(dead.getLast() + "discard", "").is(410);
            app.runJobs();
            assertEquals(1, app.mails().mails().size());
            assertEquals(0, app.count("SELECT count(*) FROM dead_jobs"));
        }
    }
}
