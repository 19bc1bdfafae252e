package academy.videos;

import academy.courses.Lesson;
import academy.courses.Lessons;
import academy.learning.Enrolments;
import academy.pages.Layout;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One lesson: its film, its text, and the button that says it is done. */
public final class LessonPage {
    private final Layout layout;
    private final Lessons lessons;
    private final Enrolments enrolments;
    private final Videos videos;
    private final VideoLinks links;

    public LessonPage(Layout layout, Lessons lessons, Enrolments enrolments, Videos videos, VideoLinks links) {
        this.layout = layout;
        this.lessons = lessons;
        this.enrolments = enrolments;
        this.videos = videos;
        this.links = links;
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
        var enrolment = enrolments.find(caller.id(), lesson.courseId());
        if (enrolment.isEmpty() && !caller.isAdmin()) {
            context.redirect("/courses/" + lesson.courseId(), HttpStatus.SEE_OTHER);
            return;
        }
        var done = enrolments.completed(caller.id(), lesson.courseId()).contains(lesson.id());
        var values = new HashMap<String, Object>(Map.of(
                "id", lesson.id(),
                "course", lesson.courseId(),
                "lesson", lesson.title(),
                "position", lesson.position(),
                "text", lesson.text(),
                "enrolled", enrolment.isPresent(),
                "done", done,
                "next", next(lesson).map(Lesson::id).<Object>map(id -> id).orElse(false)));
        values.putAll(film(lesson));
        layout.answer(context, "lesson", lesson.title(), values);
    }

    private Map<String, Object> film(Lesson lesson) {
        var video = Optional.ofNullable(lesson.video())
                .flatMap(each -> videos.find(each.id()))
                .map(links::view);
        if (video.isEmpty()) return Map.of("plays", false, "waits", false);
        if (video.get().url() == null) {
            return Map.of(
                    "plays",
                    false,
                    "waits",
                    video.get().id(),
                    "progress",
                    video.get().progress());
        }
        var poster = Optional.ofNullable(video.get().poster()).<Object>map(address -> address);
        return Map.of("plays", video.get().url(), "poster", poster.orElse(false), "waits", false);
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
