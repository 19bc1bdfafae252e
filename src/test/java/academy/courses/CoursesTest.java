package academy.courses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoursesTest {
    private static TestApp app;
    private static TestClient admin;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start();
        admin = app.as("admin@example.com");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static String create(String title) {
        return admin.post("/api/courses", Map.of("title", title)).is(201).header("Location");
    }

    private static List<String> titles(Answer answer) {
        return answer.is(200).at("/items").findValuesAsText("title");
    }

    private static Answer search(String words) {
        return app.get("/api/courses?q=" + TestClient.encoded(words));
    }

    @Test
    void anAdminMakesAndChangesACourse() {
        var course = create("Ünïcode & Friends");
        assertEquals("unicode-and-friends", app.get(course).text("/slug"));
        admin.patch(course, Map.of("summary", "All of it", "level", "Beginner")).is(200);
        var read = app.get(course);
        assertEquals("Ünïcode & Friends", read.text("/title"));
        assertEquals("All of it", read.text("/summary"));
    }

    @Test
    void aRefusedFormShowsItsOwnInputsAgain() {
        var address = "/admin" + create("The course").replace("/api", "");
        var lesson = admin.form(address + "/lessons", Map.of("title", " ", "text", "A long <text>."))
                .is(422);
        assertTrue(lesson.body().contains("<input name=\"title\" value=\"The course\""), lesson.body());
        assertTrue(lesson.body().contains("<details open>\n<summary>Add a lesson"), lesson.body());
        assertTrue(lesson.body().contains(">A long &lt;text&gt;.</textarea>"), lesson.body());
        var course = admin.form(address, Map.of("title", "Another", "slug", "No slug"))
                .is(422);
        assertTrue(course.body().contains("<details open>\n<summary>Edit"), course.body());
        assertTrue(course.body().contains("<input name=\"title\" value=\"Another\""), course.body());
    }

    @Test
    void theAdminsListGoesOnPastItsFirstPage() {
        for (var i = 0; i < 21; i++) create("Pages " + i);
        var next = Pattern.compile("href=\"(/admin[?][^\"]+)\" rel=\"next\"")
                .matcher(admin.get("/admin?q=pages").is(200).body());
        assertTrue(next.find());
        var link = next.group(1).replace("&amp;", "&").replace("&#x3D;", "=");
        assertTrue(admin.get(link).is(200).body().contains("Pages 0<"), link);
    }

    @Test
    void aLessonIsAddedAfterOneWasDeleted() {
        var course = MadeCourse.in(app, "Shorter", 3);
        app.execute(
                "DELETE FROM lessons WHERE id = '%s'".formatted(course.lessons().getFirst()));
        admin.post("/api/courses/%s/lessons".formatted(course.course()), Map.of("title", "Four"))
                .is(201);
    }

    @Test
    void aSlugOrATitleOfAnyLengthIsRefused() {
        var text = "a-".repeat(400_000) + "a";
        admin.post("/api/courses", Map.of("slug", text, "title", "x")).is(422);
        admin.post("/api/courses", Map.of("title", text)).is(422);
    }

    @Test
    void aSlugBelongsToOneCourse() {
        create("Taken");
        var other = create("Not taken");
        admin.post("/api/courses", Map.of("title", "Taken!")).is(409);
        admin.patch(other, Map.of("slug", "taken")).is(409);
        assertEquals("not-taken", app.get(other).text("/slug"));
    }

    @Test
    void aChangeIsCheckedAsAWhole() {
        var course = create("Checked");
        admin.patch(course, "{\"title\": null}").is(422);
        admin.patch(course, "{\"title\": 5}").is(422);
        admin.patch(course, Map.of("id", "x")).is(422);
        admin.patch(course, Map.of("url", "javascript:alert(1)")).is(422);
        admin.patch(course, "[]").is(400);
        admin.patch("/api/courses/1", Map.of("title", "x")).is(404);
    }

    @Test
    void twoChangesAtOnceBothStay() {
        var course = create("Contended");
        var changes = IntStream.range(0, 20)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> admin.patch(course, i % 2 == 0 ? Map.of("summary", "s") : Map.of("subject", "t")),
                        Thread::startVirtualThread))
                .toList();
        changes.forEach(change -> change.join().is(200));
        assertEquals("s", app.get(course).text("/summary"));
        assertEquals("t", app.get(course).text("/subject"));
    }

    @Test
    void theListIsPagedWithoutLossOrRepetition() {
        for (var i = 0; i < 7; i++) create("Paged " + i);
        var seen = new ArrayList<String>();
        var cursor = "";
        do {
            var page = app.get("/api/courses?limit=3" + cursor);
            seen.addAll(titles(page));
            cursor = page.at("/next").isNull() ? "" : "&cursor=" + page.text("/next");
        } while (!cursor.isEmpty());
        assertEquals(seen.size(), new HashSet<>(seen).size());
        for (var i = 0; i < 7; i++) assertTrue(seen.contains("Paged " + i));
        assertTrue(seen.indexOf("Paged 6") < seen.indexOf("Paged 0"), "the newest first");
    }

    @Test
    void searchFindsAllWordsAndTheBeginningOfTheLast() {
        create("Gardening for otters");
        create("Gardening for badgers");
        assertEquals(List.of("Gardening for otters"), titles(search("gardening ott")));
        assertEquals(List.of("Gardening for otters"), titles(search("\"for otters\"")));
        assertEquals(List.of("Gardening for badgers"), titles(search("gardening -otters")));
        assertEquals(2, titles(search("otters or badgers")).size());
        assertEquals(List.of(), titles(search("zebras")));
    }

    @Test
    void wordsThatAreOnlyExcludedFindNothing() {
        create("Something");
        for (var words : List.of("-a", "-a -b", "\"\"")) assertEquals(List.of(), titles(search(words)), words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"'", "\"", "-\"a b\"", "a & | ! <-> :* ( )", "\\", "-", "or or", "'':*", "%", "a:b*c", "  "})
    void searchTakesAnyText(String words) {
        search(words).is(200);
    }

    @Test
    void badListParametersAreNamed() {
        for (var query : List.of("limit=0", "limit=101", "limit=x", "cursor=x", "cursor=%00", "q=%00")) {
            var answer = app.get("/api/courses?" + query).is(422);
            assertEquals(query.split("=")[0], answer.text("/errors/0/field"));
        }
    }
}
