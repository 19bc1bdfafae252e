package academy.courses;

import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The catalogue, which is the home page, the page of a course, and the page of a lesson. */
record CoursePages(Layout layout, Courses courses, Lessons lessons, CourseExtensions extensions) {
    void register(Routes routes) {
        routes.page("/", Access.PUBLIC, this::catalogue);
        routes.page("/courses/{id}", Access.PUBLIC, this::course);
        routes.page("/lessons/{id}", Access.USER, this::lesson);
    }

    private void catalogue(Context context) {
        var words = Params.query(context, "q") == null ? "" : Params.query(context, "q");
        var page = courses.find(words, Params.slice(context));
        var values = Map.of(
                "q",
                words,
                "first",
                Params.query(context, "cursor") == null ? false : "/?q=" + encoded(words),
                "courses",
                page.items(),
                "next",
                page.next() == null ? false : next("/", words, page.next()));
        layout.answerCacheable(context, "courses/catalogue", "Courses", values);
    }

    static String next(String path, String words, String cursor) {
        return "%s?q=%s&cursor=%s".formatted(path, encoded(words), cursor);
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }

    private void course(Context context) {
        var course = courses.get(Params.uuid(context, "id"));
        var reader = Layout.visitor(context);
        var values = Map.of(
                "course", course,
                "sections", extensions.courseSections(course, reader),
                "lessons", extensions.rows(course.id(), lessons.of(course.id()), reader));
        layout.answerCacheable(context, "courses/course", course.title(), values);
    }

    private void lesson(Context context) {
        var reader = Routes.caller(context);
        var lesson = lessons.get(Params.uuid(context, "id"));
        if (!extensions.mayOpen(reader, lesson.courseId())) {
            context.redirect("/courses/" + lesson.courseId(), HttpStatus.SEE_OTHER);
            return;
        }
        var values = Map.of(
                "lesson", lesson,
                "media", extensions.lessonMedia(lesson),
                "actions", extensions.lessonActions(lesson, reader));
        layout.answer(context, "courses/lesson", lesson.title(), values);
    }
}
