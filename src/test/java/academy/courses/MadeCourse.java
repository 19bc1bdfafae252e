package academy.courses;

import academy.RunningAcademy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A course that a test made, with the ids of its lessons. */
public record MadeCourse(String course, List<String> lessons) {
    /** Makes a course, for the tests of features that refer to one. Returns its id. */
    public static String example(RunningAcademy app, String admin) {
        return in(app, admin, "Example " + UUID.randomUUID(), 0).course();
    }

    /** Makes a course with this many lessons, as an admin. */
    public static MadeCourse in(RunningAcademy app, String admin, String title, int lessons) {
        var course = RunningAcademy.json(app.post("/api/courses", "{\"title\": \"%s\"}".formatted(title), admin))
                .get("id")
                .asText();
        var ids = new ArrayList<String>();
        for (var i = 1; i <= lessons; i++) {
            var lesson =
                    app.post("/api/courses/" + course + "/lessons", "{\"title\": \"Lesson %d\"}".formatted(i), admin);
            ids.add(RunningAcademy.json(lesson).get("id").asText());
        }
        return new MadeCourse(course, ids);
    }
}
