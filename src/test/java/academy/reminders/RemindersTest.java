package academy.reminders;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import dev.MailCatcher;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import dozen.services.Redis;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemindersTest {
    private MailCatcher catcher;
    private RunningAcademy app;
    private String admin;

    @BeforeEach
    void start() throws Exception {
        catcher = MailCatcher.start();
        app = RunningAcademy.start(Map.of("SMTP_URL", catcher.url()));
        app.startWorker();
        admin = app.admin();
    }

    @AfterEach
    void stop() {
        app.close();
        catcher.close();
    }

    private void run(Job job) throws InterruptedException {
        try (var postgres = app.postgres();
                var redis = new Redis(new Redis.Settings(
                                app.settings().services().redis().url(), true, 5))
                        .connect()) {
            var jobs = new Jobs(redis);
            postgres.jdbi().useTransaction(transaction -> jobs.enqueue(transaction, job));
        }
        awaitQuiet();
    }

    private void awaitQuiet() throws InterruptedException {
        for (var i = 0; i < 1000 && app.count("SELECT count(*) FROM jobs") > 0; i++) Thread.sleep(20);
        assertEquals(0, app.count("SELECT count(*) FROM jobs"));
    }

    private List<MimeMessage> mails(String subject) throws Exception {
        var found = new ArrayList<MimeMessage>();
        for (var mail : catcher.mails()) if (mail.getSubject().startsWith(subject)) found.add(mail);
        return found;
    }

    private static String header(MimeMessage mail, String name) throws Exception {
        return mail.getHeader(name, null).replaceAll("\\s+", "");
    }

    @Test
    void aDailyDigestListsNewCoursesAndProgressOnce() throws Exception {
        var made = MadeCourse.in(app, admin, "Fresh & <new>", 2);
        app.signUp("leo@example.com", "Leo");
        var leo = app.logIn("leo@example.com");
        app.post("/api/courses/" + made.course() + "/enrolment", "", leo);
        app.write("PUT", "/api/lessons/" + made.lessons().getFirst() + "/completion", "", leo);
        var tomorrow = LocalDate.now(ZoneOffset.UTC).plusDays(1);
        for (var i = 0; i < 3; i++) run(EnqueueDigests.of(tomorrow));
        assertEquals(2, mails("Your day").size()); // one for the admin and one for Leo
        var mail = mails("Your day").stream()
                .filter(each -> recipient(each).equals("leo@example.com"))
                .findFirst()
                .orElseThrow();
        var text = MailCatcher.text(mail);
        assertTrue(text.contains("Fresh & <new>"), text);
        assertTrue(text.contains("1 of 2 lessons"), text);
        var html = ((Multipart) mail.getContent()).getBodyPart(1).getContent().toString();
        assertTrue(html.contains("Fresh &amp; &lt;new&gt;"), html);
        run(EnqueueDigests.of(tomorrow.plusDays(1)));
        assertEquals(3, mails("Your day").size()); // the admin has nothing new; Leo has a course under way
    }

    private static String recipient(MimeMessage mail) {
        try {
            return ((InternetAddress) mail.getAllRecipients()[0]).getAddress();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void oneClickAndTheButtonEndDigestsAndRemindersAndReadingTheLinkDoesNot() throws Exception {
        MadeCourse.in(app, admin, "New", 1);
        app.signUp("leo@example.com");
        var leo = app.logIn("leo@example.com");
        run(EnqueueDigests.of(LocalDate.now(ZoneOffset.UTC).plusDays(1)));
        var mail = mails("Your day").stream()
                .filter(each -> recipient(each).equals("leo@example.com"))
                .findFirst()
                .orElseThrow();
        assertEquals("List-Unsubscribe=One-Click", header(mail, "List-Unsubscribe-Post"));
        var link = header(mail, "List-Unsubscribe").replaceAll("[<>]", "");
        assertTrue(MailCatcher.text(mail).contains(link));
        var path = link.substring(link.indexOf("/unsubscribe"));
        assertEquals(200, app.get(path).statusCode());
        assertTrue(json(app.get("/api/me", leo)).get("letters").asBoolean());
        var forged = path.replaceFirst("account=.{8}", "account=00000000");
        for (var bad : List.of(forged, path.substring(0, path.length() - 3), "/unsubscribe")) {
            assertEquals(400, app.get(bad).statusCode(), bad);
            assertEquals(400, click(bad).statusCode(), bad);
        }
        assertEquals(200, click(path).statusCode());
        assertFalse(json(app.get("/api/me", leo)).get("letters").asBoolean());
        run(EnqueueDigests.of(LocalDate.now(ZoneOffset.UTC).plusDays(2)));
        assertEquals(
                1,
                mails("Your day").stream()
                        .filter(each -> recipient(each).equals("leo@example.com"))
                        .count());
    }

    /** Sends the one-click request as a browser does from a mail provider's page (RFC 8058). */
    private HttpResponse<String> click(String path) {
        return app.send(app.request(path)
                .header("Origin", "https://mail.example")
                .header("Sec-Fetch-Site", "cross-site")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("List-Unsubscribe=One-Click")));
    }

    @Test
    void inactiveLearnersAreRemindedOnceDuringTheDay() throws Exception {
        var course = MadeCourse.in(app, admin, "Untouched", 2).course();
        learner("vienna@example.com", "Europe/Vienna", course, 8);
        learner("auckland@example.com", "Pacific/Auckland", course, 8);
        learner("untold@example.com", null, course, 8);
        learner("recent@example.com", "Europe/Vienna", course, 6);
        // An account whose time zone nobody knows: it must not fail the reminders of the others.
        learner("nowhere@example.com", "Asia/Calcutta", course, 8);
        app.execute("UPDATE accounts SET time_zone = 'Mars/Olympus' WHERE email = 'nowhere@example.com'");
        // 12:00 UTC is 13:00 in Vienna and after midnight in Auckland.
        var noon = Instant.parse("2026-11-24T12:00:00Z");
        app.execute("UPDATE enrolments SET active_at = active_at + (timestamptz '%s' - now())".formatted(noon));
        for (var i = 0; i < 3; i++) run(EnqueueReminders.of(noon.plusSeconds(i)));
        assertEquals(List.of("untold@example.com", "vienna@example.com"), reminded());
        // 21:00 UTC is evening in Vienna and 10:00 of the next day in Auckland.
        run(EnqueueReminders.of(noon.plusSeconds(9 * 3600)));
        assertEquals(List.of("auckland@example.com", "untold@example.com", "vienna@example.com"), reminded());
        // A new pause leads to a new reminder.
        app.execute(
                "UPDATE enrolments SET active_at = reminded_at + interval '1 minute' WHERE reminded_at IS NOT NULL");
        run(EnqueueReminders.of(Instant.now()
                .plusSeconds(20 * 24 * 3600)
                .truncatedTo(ChronoUnit.DAYS)
                .plusSeconds(12 * 3600)));
        assertEquals(6, reminded().size()); // three more: vienna, untold and recent; it is night in Auckland
    }

    private List<String> reminded() throws Exception {
        return mails("Go on with Untouched").stream()
                .map(RemindersTest::recipient)
                .sorted()
                .toList();
    }

    private void learner(String email, String timeZone, String course, int daysAgo) {
        var id = app.signUp(email);
        var cookie = app.logIn(email);
        if (timeZone != null) {
            app.write("PATCH", "/api/me", "{\"timeZone\": \"%s\"}".formatted(timeZone), cookie);
        }
        app.post("/api/courses/" + course + "/enrolment", "", cookie);
        app.execute("""
                UPDATE enrolments SET active_at = now() - interval '%d days' WHERE account_id = '%s'
                """.formatted(daysAgo, id));
    }
}
