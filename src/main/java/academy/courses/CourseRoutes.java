package academy.courses;

import academy.accounts.Sessions;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dozen.http.Fields;
import dozen.http.Idempotency;
import dozen.http.Json;
import dozen.http.Page;
import dozen.http.Path;
import dozen.http.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** The catalogue: for everybody to read, for admins to write. */
public final class CourseRoutes {
    /** A course and what is in it. */
    record WithLessons(@JsonUnwrapped Course course, List<Lesson> lessons) {}

    private final Courses courses;
    private final Lessons lessons;
    private final Sessions sessions;
    private final Idempotency idempotency;

    public CourseRoutes(Courses courses, Lessons lessons, Sessions sessions, Idempotency idempotency) {
        this.courses = courses;
        this.lessons = lessons;
        this.sessions = sessions;
        this.idempotency = idempotency;
    }

    public void register(RoutesConfig routes) {
        routes.get("/api/courses", this::list);
        routes.post("/api/courses", idempotency.once(this::create));
        routes.get("/api/courses/{id}", this::read);
        routes.patch("/api/courses/{id}", idempotency.once(this::change));
        routes.post("/api/courses/{id}/lessons", idempotency.once(this::addLesson));
    }

    private void list(Context context) {
        var page = Page.request(context);
        var words = context.queryParam("q");
        if (words == null || words.isBlank()) {
            context.json(courses.list(page));
            return;
        }
        var fields = new Fields();
        fields.text("q", words, 1, 200);
        fields.check();
        context.json(courses.search(words, page));
    }

    private void create(Context context) {
        sessions.requireAdmin(context);
        var draft = Json.body(context, Draft.class).completed();
        draft.check();
        var course = courses.create(draft).orElseThrow(() -> taken(draft));
        context.status(201).header("Location", "/api/courses/" + course.id()).json(course);
    }

    private void read(Context context) {
        var course = courses.find(Path.uuid(context, "id")).orElseThrow(Problem::notFound);
        context.json(new WithLessons(course, lessons.of(course.id())));
    }

    private void change(Context context) {
        sessions.requireAdmin(context);
        var change = Json.object(context);
        var course = courses.change(Path.uuid(context, "id"), found -> {
            var current = found.orElseThrow(Problem::notFound);
            var draft = Json.merge(change, current.draft(), Draft.class).completed();
            draft.check();
            return draft;
        });
        context.json(course.orElseThrow(() -> Problem.conflict("Another course has this slug.")));
    }

    private void addLesson(Context context) {
        sessions.requireAdmin(context);
        var draft = Json.body(context, Lesson.Draft.class);
        draft.check();
        var lesson = lessons.add(Path.uuid(context, "id"), draft).orElseThrow(Problem::notFound);
        context.status(201).json(lesson);
    }

    private static Problem taken(Draft draft) {
        return Problem.conflict("Another course has the slug " + draft.slug() + ".");
    }
}
