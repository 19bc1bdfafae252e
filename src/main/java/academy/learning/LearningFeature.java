package academy.learning;

import academy.accounts.AccountsFeature;
import academy.courses.Course;
import academy.courses.CoursesFeature;
import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.domain.Caller;
import dozen.http.Access;
import dozen.http.Routes;
import java.util.function.Function;

/**
 * Enrolment, progress and completion. It opens lessons to the enrolled alone, and tells others when a course is
 * completed.
 */
public final class LearningFeature implements Feature {
    private final Services services;
    private final AccountsFeature accounts;
    private final CoursesFeature courses;
    private final Enrolments enrolments;
    private final LearningPages pages;

    public LearningFeature(Services services, AccountsFeature accounts, CoursesFeature courses) {
        this.services = services;
        this.accounts = accounts;
        this.courses = courses;
        enrolments = new Enrolments(services.jdbi());
        pages = new LearningPages(services.layout(), courses.lessons(), enrolments);
        courses.extensions().restrictLessons(enrolments::mayOpen);
    }

    public Enrolments enrolments() {
        return enrolments;
    }

    /** Adds a section, as HTML, to the page "My learning". */
    public void learningSection(Function<Caller, String> section) {
        pages.add(section);
    }

    @Override
    public void routes(Routes routes) {
        services.layout().navigation("My learning", "/learning", Access.USER);
        new LearningRoutes(enrolments, courses.lessons()).register(routes);
        pages.register(routes);
        var extensions = courses.extensions();
        extensions.courseSection(pages::enrolment);
        extensions.lessonAction(pages::completion);
        extensions.lessonNote((course, reader) -> pages.completed(course, reader, "done"));
        extensions.lessonMark((course, reader) -> pages.completed(course, reader, "✓"));
    }

    @Override
    public void commands(Commands commands) {
        commands.variable("enrolments", enrolments);
        commands.sample(() -> true, _ -> {
            var all = courses.courses().newest(20);
            learner("learner@example.com", all.getLast(), 1);
            learner("zoe@example.org", all.getFirst(), 3);
            learner("olga@example.org", all.get(1), 2);
        });
    }

    private void learner(String email, Course course, int done) {
        var account = accounts.accounts().findByEmail(email).orElseThrow().id();
        enrolments.enrol(account, course.id());
        courses.lessons().of(course.id()).stream().limit(done).forEach(lesson -> enrolments.complete(account, lesson));
    }
}
