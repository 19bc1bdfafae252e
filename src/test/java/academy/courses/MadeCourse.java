package academy.courses;

import dozen.testing.TestApp;
import dozen.testing.TestClient;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** A course that a test made, with the ids of its lessons. */
public record MadeCourse(String course, List<String> lessons) {
    /** Makes a course, for the tests of features that refer to one. Returns its id. */
    public static String example(TestClient admin) {
        return by(admin, "Example " + UUID.randomUUID(), 0).course();
    }

    /** An admin makes a course with this many lessons. */
    public static MadeCourse in(TestApp app, String title, int lessons) {
        return by(app.as("admin@example.com"), title, lessons);
    }

    private static MadeCourse by(TestClient admin, String title, int lessons) {
        var path = admin.post("/api/courses", Map.of("title", title)).is(201).header("Location");
        return new MadeCourse(
                path.substring("/api/courses/".length()),
                IntStream.rangeClosed(1, lessons)
                        .mapToObj(i -> Map.of("title", "Lesson " + i))
                        .map(lesson ->
                                admin.post(path + "/lessons", lesson).is(201).text("/id"))
                        .toList());
    }
}
