package academy.learning;

import academy.accounts.Account;
import academy.accounts.Sessions;
import academy.courses.Course;
import academy.courses.Courses;
import academy.courses.Lesson;
import academy.courses.Lessons;
import academy.pages.Layout;
import dozen.domain.Caller;
import dozen.domain.DomainError;
import dozen.domain.SliceRequest;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.services.TransientFailures;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** The page of a course with the learner's progress, and the page of all that the learner takes. */
public final class LearningPages {
    /** The most courses on a page; more than anybody takes at once. */
    private static final SliceRequest MAX = new SliceRequest(100, Optional.empty());

    private final Layout layout;
    private final Sessions sessions;
    private final Courses courses;
    private final Lessons lessons;
    private final Enrolments enrolments;
    private final List<Function<Caller, String>> sections;

    /** @param sections what other features add to the page of all that the learner takes, as HTML */
    @SafeVarargs
    public LearningPages(
            Layout layout,
            Sessions sessions,
            Courses courses,
            Lessons lessons,
            Enrolments enrolments,
            Function<Caller, String>... sections) {
        this.layout = layout;
        this.sessions = sessions;
        this.courses = courses;
        this.lessons = lessons;
        this.enrolments = enrolments;
        this.sections = List.of(sections);
    }

    public void register(Routes routes) {
        routes.page("/courses/{id}", Access.PUBLIC, this::course);
        routes.form("/courses/{id}/enrolment", Access.USER, this::enrol);
        routes.page("/learning", Access.USER, this::learning);
    }

    private void course(Context context) {
        var course = courses.find(Params.uuid(context, "id")).orElseThrow(DomainError::notFound);
        var account = reader(context);
        var enrolment = account.flatMap(reader -> enrolments.find(reader.id(), course.id()));
        var done = enrolment.isPresent()
                ? Set.copyOf(enrolments.completed(account.get().id(), course.id()))
                : Set.<UUID>of();
        var values = new HashMap<String, Object>(values(course));
        values.put("enrolled", enrolment.isPresent());
        values.put("enrolment", enrolment.map(LearningPages::progress).orElse(Map.of()));
        values.put("mayEnrol", account.isPresent());
        values.put(
                "mayOpen",
                enrolment.isPresent() || account.filter(Account::isAdmin).isPresent());
        values.put(
                "lessons",
                lessons.of(course.id()).stream()
                        .map(lesson -> lesson(lesson, done))
                        .toList());
        layout.answer(context, "course", course.title(), values);
    }

    /** Returns empty while log-ins cannot be looked up, because everybody may read about a course. */
    private Optional<Account> reader(Context context) {
        try {
            return sessions.current(context);
        } catch (RuntimeException e) {
            if (!TransientFailures.is(e)) throw e;
            return Optional.empty();
        }
    }

    private static Map<String, Object> values(Course course) {
        return Map.of(
                "id", course.id(),
                "course", course.title(),
                "summary", course.summary(),
                "subject", course.subject(),
                "level", course.level(),
                "url", course.url());
    }

    private static Map<String, Object> lesson(Lesson lesson, Set<UUID> done) {
        return Map.of(
                "id", lesson.id(),
                "position", lesson.position(),
                "title", lesson.title(),
                "film", lesson.video() != null,
                "done", done.contains(lesson.id()));
    }

    private static Map<String, Object> progress(Enrolment enrolment) {
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
        enrolments.enrol(Routes.caller(context).id(), course).orElseThrow(DomainError::notFound);
        context.redirect("/courses/" + course, HttpStatus.SEE_OTHER);
    }

    private void learning(Context context) {
        var caller = Routes.caller(context);
        layout.answer(
                context,
                "learning",
                "My learning",
                Map.of(
                        "courses",
                        enrolments.list(caller.id(), MAX).items().stream()
                                .map(LearningPages::progress)
                                .toList(),
                        "sections",
                        sections.stream().map(section -> section.apply(caller)).toList()));
    }
}
