package academy.courses;

import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** The pages on which admins make courses: their descriptions and lessons. */
record AuthoringPages(Layout layout, Courses courses, Lessons lessons, CourseExtensions extensions) {
    void register(Routes routes) {
        routes.page("/admin", Access.ADMIN, context -> list(context, List.of()));
        routes.form("/admin/courses", Access.ADMIN, this::create);
        routes.page("/admin/courses/{id}", Access.ADMIN, context -> course(context, false, List.of()));
        routes.form("/admin/courses/{id}", Access.ADMIN, this::change);
        routes.form("/admin/courses/{id}/lessons", Access.ADMIN, this::addLesson);
    }

    private void list(Context context, List<String> faults) {
        var words = Params.query(context, "q") == null ? "" : Params.query(context, "q");
        var page = courses.find(words, Params.slice(context));
        layout.answer(
                context,
                "courses/authoring",
                "Manage courses",
                Map.of(
                        "faults",
                        faults,
                        "q",
                        words,
                        "courses",
                        page.items(),
                        "next",
                        page.next() == null ? false : CoursePages.next("/admin", words, page.next()),
                        "draft",
                        Layout.values(context, Course.Draft.EMPTY)));
    }

    private void create(Context context) {
        Routes.submit(
                context,
                () -> "/admin/courses/" + courses.create(draft(context)).id(),
                faults -> list(context, faults));
    }

    private static Course.Draft draft(Context context) {
        return Params.form(context, Course.Draft.class);
    }

    /** @param isLesson whether the form for a new lesson was refused, and not the one for the course; both have a title */
    private void course(Context context, boolean isLesson, List<String> faults) {
        var course = courses.get(Params.uuid(context, "id"));
        var sections = extensions.authoringSections(course.id());
        var rows = lessons.of(course.id()).stream()
                .map(lesson -> Map.of(
                        "id", lesson.id(),
                        "position", lesson.position(),
                        "title", lesson.title(),
                        "sections",
                                sections.stream()
                                        .map(section -> section.apply(lesson))
                                        .toList()))
                .toList();
        var values = Map.of(
                "faults", faults,
                "course", course,
                "draft", isLesson ? Layout.values(course.draft()) : Layout.values(context, course.draft()),
                "lesson", isLesson ? Layout.values(context, Lesson.Draft.EMPTY) : Layout.values(Lesson.Draft.EMPTY),
                "isLesson", isLesson,
                "isCourse", !isLesson && !faults.isEmpty(),
                "lessons", rows);
        layout.answer(context, "courses/authoring-course", course.title(), values);
    }

    private void change(Context context) {
        Routes.submit(
                context,
                () -> {
                    var draft = draft(context); // before the course is locked, because a form may arrive slowly
                    return "/admin/courses/"
                            + courses.change(Params.uuid(context, "id"), _ -> draft)
                                    .id();
                },
                faults -> course(context, false, faults));
    }

    private void addLesson(Context context) {
        var course = Params.uuid(context, "id");
        Routes.submit(
                context,
                () -> {
                    lessons.add(course, Params.form(context, Lesson.Draft.class));
                    return "/admin/courses/" + course;
                },
                faults -> course(context, true, faults));
    }
}
