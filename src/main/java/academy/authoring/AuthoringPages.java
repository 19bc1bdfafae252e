package academy.authoring;

import academy.courses.Course;
import academy.courses.CourseRoutes;
import academy.courses.Courses;
import academy.courses.Draft;
import academy.courses.Lesson;
import academy.courses.Lessons;
import academy.pages.FormPost;
import academy.pages.Layout;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.FormBody;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pages on which admins make courses: their descriptions, lessons and films. */
public final class AuthoringPages {
    private final Layout layout;
    private final CourseRoutes courseRoutes;
    private final Courses courses;
    private final Lessons lessons;

    public AuthoringPages(Layout layout, CourseRoutes courseRoutes, Courses courses, Lessons lessons) {
        this.layout = layout;
        this.courseRoutes = courseRoutes;
        this.courses = courses;
        this.lessons = lessons;
    }

    public void register(Routes routes) {
        routes.page("/admin", Access.ADMIN, context -> list(context, List.of()));
        routes.form("/admin/courses", Access.ADMIN, this::create);
        routes.page("/admin/courses/{id}", Access.ADMIN, context -> course(context, List.of()));
        routes.form("/admin/courses/{id}", Access.ADMIN, this::change);
        routes.form("/admin/courses/{id}/lessons", Access.ADMIN, this::addLesson);
    }

    private void list(Context context, List<String> faults) {
        var words = Params.query(context, "q") == null ? "" : Params.query(context, "q");
        var page = courseRoutes.find(words, Params.slice(context));
        layout.answer(
                context,
                "admin",
                "Make courses",
                Map.of("faults", faults, "q", words, "courses", page.items(), "draft", values(draft(context))));
    }

    private void create(Context context) {
        FormPost.submit(
                context,
                () -> "/admin/courses/" + courseRoutes.create(draft(context)).id(),
                faults -> list(context, faults));
    }

    private static Draft draft(Context context) {
        return new Draft(
                FormBody.text(context, "title"),
                FormBody.text(context, "slug"),
                FormBody.text(context, "summary"),
                FormBody.text(context, "subject"),
                FormBody.text(context, "level"),
                FormBody.text(context, "url"));
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

    private Course found(Context context) {
        return courses.find(Params.uuid(context, "id")).orElseThrow(DomainError::notFound);
    }

    private void course(Context context, List<String> faults) {
        var course = found(context);
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
                                "film",
                                        lesson.video() == null
                                                ? "none"
                                                : lesson.video().status()))
                        .toList());
        layout.answer(context, "admin-course", course.title(), values);
    }

    private void change(Context context) {
        FormPost.submit(
                context,
                () -> "/admin/courses/"
                        + courseRoutes
                                .change(Params.uuid(context, "id"), _ -> draft(context))
                                .id(),
                faults -> course(context, faults));
    }

    private void addLesson(Context context) {
        var course = Params.uuid(context, "id");
        FormPost.submit(
                context,
                () -> {
                    courseRoutes.addLesson(
                            course, new Lesson.Draft(FormBody.text(context, "title"), FormBody.text(context, "text")));
                    return "/admin/courses/" + course;
                },
                faults -> course(context, faults));
    }
}
