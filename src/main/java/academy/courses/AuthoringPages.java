package academy.courses;

import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pages on which admins make courses: their descriptions and lessons. */
final class AuthoringPages {
    private final Layout layout;
    private final Courses courses;
    private final Lessons lessons;
    private final CourseExtensions extensions;

    AuthoringPages(Layout layout, Courses courses, Lessons lessons, CourseExtensions extensions) {
        this.layout = layout;
        this.courses = courses;
        this.lessons = lessons;
        this.extensions = extensions;
    }

    void register(Routes routes) {
        routes.page("/admin", Access.ADMIN, context -> list(context, List.of()));
        routes.form("/admin/courses", Access.ADMIN, this::create);
        routes.page("/admin/courses/{id}", Access.ADMIN, context -> course(context, List.of()));
        routes.form("/admin/courses/{id}", Access.ADMIN, this::change);
        routes.form("/admin/courses/{id}/lessons", Access.ADMIN, this::addLesson);
    }

    private void list(Context context, List<String> faults) {
        var words = Params.query(context, "q") == null ? "" : Params.query(context, "q");
        var page = courses.find(words, Params.slice(context));
        layout.answer(
                context,
                "courses/authoring",
                "Make courses",
                Map.of("faults", faults, "q", words, "courses", page.items(), "draft", values(draft(context))));
    }

    private void create(Context context) {
        Layout.submit(
                context,
                () -> "/admin/courses/" + courses.create(draft(context)).id(),
                faults -> list(context, faults));
    }

    private static Draft draft(Context context) {
        return new Draft(
                Params.form(context, "title"),
                Params.form(context, "slug"),
                Params.form(context, "summary"),
                Params.form(context, "subject"),
                Params.form(context, "level"),
                Params.form(context, "url"));
    }

    private static Map<String, Object> values(Draft draft) {
        return Map.of(
                "title", draft.title(),
                "slug", draft.slug(),
                "summary", draft.summary(),
                "subject", draft.subject(),
                "level", draft.level(),
                "url", draft.url());
    }

    private void course(Context context, List<String> faults) {
        var course = courses.get(Params.uuid(context, "id"));
        var values = new HashMap<String, Object>();
        values.put("faults", faults);
        values.put("id", course.id());
        values.put("course", course.title());
        values.put("draft", values(faults.isEmpty() ? course.draft() : draft(context)));
        values.put(
                "lessons",
                lessons.of(course.id()).stream()
                        .map(lesson -> Map.of(
                                "id", lesson.id(),
                                "position", lesson.position(),
                                "title", lesson.title(),
                                "sections", extensions.authoringSections(lesson)))
                        .toList());
        layout.answer(context, "courses/authoring-course", course.title(), values);
    }

    private void change(Context context) {
        Layout.submit(
                context,
                () -> "/admin/courses/"
                        + courses.change(Params.uuid(context, "id"), _ -> draft(context))
                                .id(),
                faults -> course(context, faults));
    }

    private void addLesson(Context context) {
        var course = Params.uuid(context, "id");
        Layout.submit(
                context,
                () -> {
                    lessons.add(course, new Lesson.Draft(Params.form(context, "title"), Params.form(context, "text")));
                    return "/admin/courses/" + course;
                },
                faults -> course(context, faults));
    }
}
