package academy.learning;

import academy.courses.Lesson;
import academy.courses.Lessons;
import academy.pages.Layout;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One lesson: its text, what other features add to it, and the button that says it is done. */
public final class LessonPage {
    private final Layout layout;
    private final Lessons lessons;
    private final Enrolments enrolments;
    private final List<Function<Lesson, String>> sections;

    /** @param sections what other features show above the lesson's text, as HTML */
    @SafeVarargs
    public LessonPage(Layout layout, Lessons lessons, Enrolments enrolments, Function<Lesson, String>... sections) {
        this.layout = layout;
        this.lessons = lessons;
        this.enrolments = enrolments;
        this.sections = List.of(sections);
    }

    public void register(Routes routes) {
        routes.page("/lessons/{id}", Access.USER, this::show);
        routes.form("/lessons/{id}/completion", Access.USER, this::complete);
    }

    private Lesson lesson(Context context) {
        return lessons.find(Params.uuid(context, "id")).orElseThrow(DomainError::notFound);
    }

    private void show(Context context) {
        var caller = Routes.caller(context);
        var lesson = lesson(context);
        if (!enrolments.mayOpen(caller, lesson.courseId())) {
            context.redirect("/courses/" + lesson.courseId(), HttpStatus.SEE_OTHER);
            return;
        }
        var done = enrolments.completed(caller.id(), lesson.courseId()).contains(lesson.id());
        var values = Map.<String, Object>of(
                "id", lesson.id(),
                "course", lesson.courseId(),
                "lesson", lesson.title(),
                "position", lesson.position(),
                "text", lesson.text(),
                "enrolled", enrolments.find(caller.id(), lesson.courseId()).isPresent(),
                "done", done,
                "next", next(lesson).map(Lesson::id).<Object>map(id -> id).orElse(false),
                "sections",
                        sections.stream().map(section -> section.apply(lesson)).toList());
        layout.answer(context, "lesson", lesson.title(), values);
    }

    private Optional<Lesson> next(Lesson lesson) {
        return lessons.of(lesson.courseId()).stream()
                .filter(each -> each.position() > lesson.position())
                .findFirst();
    }

    private void complete(Context context) {
        var lesson = lesson(context);
        enrolments
                .complete(Routes.caller(context).id(), lesson)
                .orElseThrow(() -> DomainError.conflict("Enrol in the course first."));
        var page = next(lesson).map(next -> "/lessons/" + next.id()).orElse("/courses/" + lesson.courseId());
        context.redirect(page, HttpStatus.SEE_OTHER);
    }
}
