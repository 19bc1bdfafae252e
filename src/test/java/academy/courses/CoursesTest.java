package academy.courses;

import static academy.RunningAcademy.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoursesTest {
    private static RunningAcademy app;
    private static String admin;

    @BeforeAll
    static void start() {
        app = RunningAcademy.start();
        admin = app.admin();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static String create(String title) {
        var answer = app.post("/api/courses", "{\"title\": \"%s\"}".formatted(title), admin);
        assertEquals(201, answer.statusCode(), answer.body());
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private static List<String> titles(HttpResponse<String> answer) {
        var titles = new ArrayList<String>();
        json(answer).get("items").forEach(item -> titles.add(item.get("title").asText()));
        return titles;
    }

    private static HttpResponse<String> search(String words) {
        return app.get("/api/courses?q=" + URLEncoder.encode(words, StandardCharsets.UTF_8));
    }

    @Test
    void anAdminMakesAndChangesACourse() {
        var course = create("Ünïcode & Friends");
        assertEquals("unicode-and-friends", json(app.get(course)).get("slug").asText());
        var changed = app.write("PATCH", course, "{\"summary\": \"All of it\", \"level\": \"Beginner\"}", admin);
        assertEquals(200, changed.statusCode(), changed.body());
        var read = json(app.get(course));
        assertEquals("Ünïcode & Friends", read.get("title").asText());
        assertEquals("All of it", read.get("summary").asText());
    }

    @Test
    void aSlugOrATitleOfAnyLengthIsRefused() {
        for (var field : List.of("slug", "title")) {
            var body = "{\"%s\": \"%s\"%s}"
                    .formatted(field, "a-".repeat(400_000) + "a", field.equals("slug") ? ", \"title\": \"x\"" : "");
            assertEquals(422, app.post("/api/courses", body, admin).statusCode(), field);
        }
    }

    @Test
    void othersOnlyRead() {
        var course = create("Read only");
        app.signUp("reader@example.com");
        var learner = app.logIn("reader@example.com");
        assertEquals(
                403, app.post("/api/courses", "{\"title\": \"Mine\"}", learner).statusCode());
        assertEquals(
                403,
                app.write("PATCH", course, "{\"title\": \"Mine\"}", learner).statusCode());
        assertEquals(401, app.post("/api/courses", "{\"title\": \"Mine\"}").statusCode());
        assertEquals("Read only", json(app.get(course)).get("title").asText());
    }

    @Test
    void aSlugBelongsToOneCourse() {
        create("Taken");
        var other = create("Not taken");
        assertEquals(
                409, app.post("/api/courses", "{\"title\": \"Taken!\"}", admin).statusCode());
        assertEquals(
                409, app.write("PATCH", other, "{\"slug\": \"taken\"}", admin).statusCode());
        assertEquals("not-taken", json(app.get(other)).get("slug").asText());
    }

    @Test
    void aChangeIsCheckedAsAWhole() {
        var course = create("Checked");
        assertEquals(422, app.write("PATCH", course, "{\"title\": null}", admin).statusCode());
        assertEquals(422, app.write("PATCH", course, "{\"title\": 5}", admin).statusCode());
        assertEquals(422, app.write("PATCH", course, "{\"id\": \"x\"}", admin).statusCode());
        assertEquals(
                422,
                app.write("PATCH", course, "{\"url\": \"javascript:alert(1)\"}", admin)
                        .statusCode());
        assertEquals(400, app.write("PATCH", course, "[]", admin).statusCode());
        assertEquals(
                404,
                app.write("PATCH", "/api/courses/1", "{\"title\": \"x\"}", admin)
                        .statusCode());
    }

    @Test
    void twoChangesAtOnceBothStay() {
        var course = create("Contended");
        var changes = IntStream.range(0, 20)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> app.write(
                        "PATCH", course, i % 2 == 0 ? "{\"summary\": \"s\"}" : "{\"subject\": \"t\"}", admin)))
                .toList();
        changes.forEach(change -> assertEquals(200, change.join().statusCode()));
        assertEquals("s", json(app.get(course)).get("summary").asText());
        assertEquals("t", json(app.get(course)).get("subject").asText());
    }

    @Test
    void theListIsPagedWithoutLossOrRepetition() {
        for (var i = 0; i < 7; i++) create("Paged " + i);
        var seen = new ArrayList<String>();
        var cursor = "";
        do {
            var page = app.get("/api/courses?limit=3" + cursor);
            assertEquals(200, page.statusCode());
            seen.addAll(titles(page));
            var next = json(page).get("next");
            cursor = next.isNull() ? "" : "&cursor=" + next.asText();
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

    @ParameterizedTest
    @ValueSource(
            strings = {"'", "\"", "-\"a b\"", "a & | ! <-> :* ( )", "\\", "-", "or or", "'':*", "%", "a:b*c", "  "})
    void searchTakesAnyText(String words) {
        assertEquals(200, search(words).statusCode());
    }

    @Test
    void badListParametersAreNamed() {
        for (var query : new String[] {"limit=0", "limit=101", "limit=x", "cursor=x", "cursor=%00", "q=%00"}) {
            var answer = app.get("/api/courses?" + query);
            assertEquals(422, answer.statusCode(), query);
            assertEquals(query.split("=")[0], json(answer).at("/errors/0/field").asText());
        }
    }
}
