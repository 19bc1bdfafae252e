package academy.reminders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import dev.MailCatcher.Mail;
import dozen.testing.TestApp;
import dozen.testing.TestClient.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemindersTest {
    private final Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
    private final Instant tomorrow = today.plus(Duration.ofDays(1));

    private TestApp app;

    @BeforeEach
    void start() {
        app = RunningAcademy.start();
    }

    @AfterEach
    void stop() {
        app.close();
    }

    private void tick(String name, Instant due) {
        app.tick(name, due);
        app.runJobs();
    }

    /** The people who got a mail with a subject that begins so, one line for each. */
    private List<String> recipients(String subject) {
        return app.mails().about(subject).stream().map(Mail::to).sorted().toList();
    }

    @Test
    void aDailyDigestListsNewCoursesAndProgressOnce() {
        var course = MadeCourse.in(app, "Fresh & <new>", 2);
        var leo = app.as("leo@example.com");
        leo.post("/api/courses/" + course.course() + "/enrolment").is(201);
        leo.put("/api/lessons/" + course.lessons().getFirst() + "/completion").is(200);
        for (var i = 0; i < 3; i++) tick("digests", tomorrow);
        assertEquals(List.of("admin@example.com", "leo@example.com"), recipients("Your day"));
        var mail = digestOf("leo@example.com");
        assertTrue(mail.text().contains("Fresh & <new>"), mail.text());
        assertTrue(mail.text().contains("1 of 2 lessons"), mail.text());
        assertTrue(mail.html().contains("Fresh &amp; &lt;new&gt;"), mail.html());
        tick("digests", tomorrow.plus(Duration.ofDays(1)));
        // The admin has nothing new; Leo has a course under way.
        assertEquals(List.of("admin@example.com", "leo@example.com", "leo@example.com"), recipients("Your day"));
    }

    private Mail digestOf(String email) {
        return app.mails().about("Your day").stream()
                .filter(mail -> mail.to().equals(email))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void oneClickAndTheButtonEndDigestsAndRemindersAndReadingTheLinkDoesNot() {
        MadeCourse.in(app, "New", 1);
        var leo = app.as("leo@example.com");
        tick("digests", tomorrow);
        var mail = digestOf("leo@example.com");
        assertEquals("List-Unsubscribe=One-Click", mail.header("List-Unsubscribe-Post"));
        var link = mail.header("List-Unsubscribe").replaceAll("[<>]", "");
        assertTrue(mail.text().contains(link));
        var path = link.substring(link.indexOf("/unsubscribe"));
        app.get(path).is(200);
        assertTrue(leo.get("/api/me").at("/letters").asBoolean());
        var forged = path.replaceFirst("account=.{8}", "account=00000000");
        for (var bad : List.of(forged, path.substring(0, path.length() - 3), "/unsubscribe")) {
            app.get(bad).is(400);
            click(bad).is(400);
        }
        click(path).is(200);
        assertFalse(leo.get("/api/me").at("/letters").asBoolean());
        tick("digests", tomorrow.plus(Duration.ofDays(1)));
        assertEquals(List.of("admin@example.com", "leo@example.com"), recipients("Your day"));
    }

    /** Sends the one-click request as a browser does from a mail provider's page (RFC 8058). */
    private Answer click(String path) {
        return app.anyone()
                .with("Origin", "https://mail.example")
                .with("Sec-Fetch-Site", "cross-site")
                .form(path, "List-Unsubscribe=One-Click");
    }

    @Test
    void inactiveLearnersAreRemindedOnceDuringTheDay() {
        var course = MadeCourse.in(app, "Untouched", 2).course();
        learner("vienna@example.com", "Europe/Vienna", course, 8);
        learner("auckland@example.com", "Pacific/Auckland", course, 8);
        learner("untold@example.com", "", course, 8);
        learner("recent@example.com", "Europe/Vienna", course, 6);
        // An account whose time zone nobody knows: it must not fail the reminders of the others.
        learner("nowhere@example.com", "Asia/Calcutta", course, 8);
        app.execute("UPDATE accounts SET time_zone = 'Mars/Olympus' WHERE email = 'nowhere@example.com'");
        // 12:00 UTC is 13:00 in Vienna and after midnight in Auckland.
        var noon = Instant.parse("2026-11-24T12:00:00Z");
        app.execute("UPDATE enrolments SET active_at = active_at + (timestamptz '%s' - now())".formatted(noon));
        for (var i = 0; i < 3; i++) tick("reminders", noon.plusSeconds(i));
        assertEquals(List.of("untold@example.com", "vienna@example.com"), recipients("Go on with Untouched"));
        // 21:00 UTC is evening in Vienna and 10:00 of the next day in Auckland.
        tick("reminders", noon.plus(Duration.ofHours(9)));
        assertEquals(
                List.of("auckland@example.com", "untold@example.com", "vienna@example.com"),
                recipients("Go on with Untouched"));
        // A new pause leads to a new reminder.
        app.execute(
                "UPDATE enrolments SET active_at = reminded_at + interval '1 minute' WHERE reminded_at IS NOT NULL");
        tick("reminders", today.plus(Duration.ofHours(20 * 24 + 12)));
        // Three more: vienna, untold and recent. It is night in Auckland.
        assertEquals(6, recipients("Go on with Untouched").size());
    }

    @Test
    void aReminderThatWaitedIsNoLongerDueOnceItsLearnerIsActiveAgain() {
        var course = MadeCourse.in(app, "Taken up", 2).course();
        learner("active@example.com", "", course, 0);
        var account = app.logIn("active@example.com").get("/api/me").text("/id");
        app.enqueue(
                new SendReminder(UUID.fromString(account), UUID.fromString(course), today.minus(Duration.ofDays(9))));
        app.runJobs();
        assertEquals(List.of(), recipients("Go on with Taken up"));
    }

    @Test
    void anAddressThatTheServerRefusedGetsNoMore() {
        var course = MadeCourse.in(app, "Refused", 2).course();
        learner("gone@example.com", "", course, 8);
        app.runJobs(); // the welcome arrives
        app.execute("UPDATE accounts SET mail_refused = '550 no such user' WHERE email = 'gone@example.com'");
        tick("digests", tomorrow);
        tick("reminders", today.plus(Duration.ofHours(12)));
        assertEquals(List.of(), recipients("Go on with Refused"));
        assertEquals(List.of("admin@example.com"), recipients("Your day"));
    }

    private void learner(String email, String timeZone, String course, int daysAgo) {
        var learner = app.as(email);
        if (!timeZone.isEmpty())
            learner.patch("/api/me", Map.of("timeZone", timeZone)).is(200);
        learner.post("/api/courses/" + course + "/enrolment").is(201);
        app.execute("""
                UPDATE enrolments SET active_at = now() - interval '%d days' WHERE account_id = '%s'
                """.formatted(daysAgo, learner.get("/api/me").text("/id")));
    }
}
