package academy.learning;

import academy.courses.Course;
import academy.courses.Lesson;
import academy.courses.Lessons;
import dozen.domain.Caller;
import dozen.domain.Slice;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The page "My learning", and the sections that learning adds to the pages of courses and lessons. */
final class LearningPages {
    /** The first page of the caller's courses, larger than anybody needs. */
    private static final Slice.Request FIRST_PAGE = new Slice.Request(100, Optional.empty());

    private final Layout layout;
    private final Lessons lessons;
    private final Enrolments enrolments;
    private final List<Function<Caller, String>> sections = new ArrayList<>();

    LearningPages(Layout layout, Lessons lessons, Enrolments enrolments) {
        this.layout = layout;
        this.lessons = lessons;
        this.enrolments = enrolments;
    }

    void add(Function<Caller, String> section) {
        sections.add(section);
    }

    void register(Routes routes) {
        routes.page("/learning", Access.USER, this::learning);
        routes.form("/courses/{id}/enrolment", Access.USER, this::enrol);
        routes.form("/lessons/{id}/completion", Access.USER, this::complete);
    }

    private void learning(Context context) {
        var caller = Routes.caller(context);
        var values = Map.of(
                "courses",
                enrolments.list(caller.id(), FIRST_PAGE).items().stream()
                        .map(LearningPages::progress)
                        .toList(),
                "sections",
                sections.stream().map(section -> section.apply(caller)).toList());
        layout.answer(context, "learning/learning", "My learning", values);
    }

    private static Map<String, Object> progress(Enrolments.Enrolment enrolment) {
        return Map.of(
                "id", enrolment.courseId(),
                "course", enrolment.course(),
                "lessons", enrolment.lessons(),
                "done", enrolment.completedLessons(),
                "most", Math.max(1, enrolment.lessons()),
                "completed", enrolment.completedAt() != null);
    }

    private void enrol(Context context) {
        var course = Params.uuid(context, "id");
        enrolments.enrol(Routes.caller(context).id(), course);
        context.redirect("/courses/" + course, HttpStatus.SEE_OTHER);
    }

    private void complete(Context context) {
        var lesson = lessons.get(Params.uuid(context, "id"));
        enrolments.complete(Routes.caller(context).id(), lesson);
        var page = lessons.next(lesson).map(next -> "/lessons/" + next.id()).orElse("/courses/" + lesson.courseId());
        context.redirect(page, HttpStatus.SEE_OTHER);
    }

    /** The section of a course's page: the reader's progress, or the button to enrol. */
    String enrolment(Course course, Optional<Caller> reader) {
        var enrolment = reader.flatMap(caller -> enrolments.find(caller.id(), course.id()));
        var values = new HashMap<String, Object>(
                enrolment.map(LearningPages::progress).orElse(Map.of("id", course.id())));
        values.put("enrolled", enrolment.isPresent());
        values.put("mayEnrol", reader.isPresent());
        return layout.fragment("learning/enrolment", values);
    }

    /** The button below a lesson; empty for a reader who is not enrolled. */
    String completion(Lesson lesson, Caller reader) {
        if (enrolments.find(reader.id(), lesson.courseId()).isEmpty()) return "";
        var done = enrolments.completed(reader.id(), lesson.courseId()).contains(lesson.id());
        var next = lessons.next(lesson).isPresent();
        return layout.fragment("learning/completion", Map.of("id", lesson.id(), "done", done, "next", next));
    }

    /** Returns the given text for each lesson that the reader has completed. */
    Map<UUID, String> completed(UUID course, Optional<Caller> reader, String text) {
        return reader.map(caller -> enrolments.completed(caller.id(), course)).orElse(List.of()).stream()
                .collect(Collectors.toMap(lesson -> lesson, _ -> text));
    }
}
