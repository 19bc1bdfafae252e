package academy.courses;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.http.Access;
import dozen.http.Idempotency;
import dozen.http.Json;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import java.util.List;

/** The API of the catalogue: everybody may read it, and admins may change it. */
record CourseRoutes(Courses courses, Lessons lessons, CourseExtensions extensions, Idempotency idempotency) {
    /** A course and its lessons. */
    @JsonTypeName("CourseWithLessons")
    record WithLessons(@JsonUnwrapped Course course, List<CourseExtensions.LessonWithParts> lessons) {}

    void register(Routes routes) {
        routes.get("/api/courses", Access.PUBLIC, this::list)
                .summary("The catalogue, the newest first")
                .query("q", "Words that a course must contain; the last may be the beginning of a word.")
                .list(Course.class);
        routes.post("/api/courses", Access.ADMIN, idempotency.once(this::create))
                .summary("Add a course")
                .takes(Course.Draft.class)
                .returns(201, Course.class);
        routes.get("/api/courses/{id}", Access.PUBLIC, this::read)
                .summary("A course with its lessons; their texts are for those who may open them")
                .returns(200, WithLessons.class);
        routes.patch("/api/courses/{id}", Access.ADMIN, idempotency.once(this::change))
                .summary("Change a course")
                .changes(Course.Draft.class)
                .returns(200, Course.class);
        routes.post("/api/courses/{id}/lessons", Access.ADMIN, idempotency.once(this::addLesson))
                .summary("Add a lesson at the end")
                .takes(Lesson.Draft.class)
                .returns(201, CourseExtensions.LessonWithParts.class)
                .adds(CourseExtensions.LessonWithParts.class, extensions.partTypes());
    }

    private void list(Context context) {
        context.json(courses.find(Params.query(context, "q"), Params.slice(context)));
    }

    private void create(Context context) {
        var course = courses.create(Json.body(context, Course.Draft.class));
        context.status(201).header("Location", "/api/courses/" + course.id()).json(course);
    }

    private void read(Context context) {
        var course = courses.get(Params.uuid(context, "id"));
        var mayOpen = Routes.visitor(context).filter(reader -> extensions.mayOpen(reader, course.id()));
        var all = mayOpen.isPresent() ? lessons.withTexts(course.id()) : lessons.of(course.id());
        context.json(new WithLessons(course, extensions.withParts(course.id(), all)));
    }

    private void change(Context context) {
        var change = Json.body(context, ObjectNode.class);
        var id = Params.uuid(context, "id");
        context.json(courses.change(id, draft -> Json.merge(change, draft, Course.Draft.class)));
    }

    private void addLesson(Context context) {
        var lesson = lessons.add(Params.uuid(context, "id"), Json.body(context, Lesson.Draft.class));
        context.status(201)
                .json(extensions.withParts(lesson.courseId(), List.of(lesson)).getFirst());
    }
}
