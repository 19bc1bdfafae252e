package academy.courses;

import academy.accounts.Sessions;
import dozen.http.Fields;
import dozen.http.Json;
import dozen.http.Page;
import dozen.http.Path;
import dozen.http.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** The catalogue: for everybody to read, for admins to write. */
public final class CourseRoutes {
    private final Courses courses;
    private final Sessions sessions;

    public CourseRoutes(Courses courses, Sessions sessions) {
        this.courses = courses;
        this.sessions = sessions;
    }

    public void register(RoutesConfig routes) {
        routes.get("/api/courses", this::list);
        routes.post("/api/courses", this::create);
        routes.get("/api/courses/{id}", this::read);
        routes.patch("/api/courses/{id}", this::change);
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
        context.json(courses.find(Path.uuid(context, "id")).orElseThrow(Problem::notFound));
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

    private static Problem taken(Draft draft) {
        return Problem.conflict("Another course has the slug " + draft.slug() + ".");
    }
}
