package academy.courses;

import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.http.Access;
import dozen.http.Idempotency;
import dozen.http.Routes;
import java.util.List;

/** The catalogue of courses with their lessons, and the pages on which admins make them. */
public final class CoursesFeature implements Feature {
    private static final List<String> DEMO_LESSONS = List.of("What it is about", "A first try", "What can go wrong");

    private final Services services;
    private final Courses courses;
    private final Lessons lessons;
    private final CourseExtensions extensions = new CourseExtensions();

    public CoursesFeature(Services services) {
        this.services = services;
        courses = new Courses(services.jdbi());
        lessons = new Lessons(services.jdbi());
    }

    public Courses courses() {
        return courses;
    }

    public Lessons lessons() {
        return lessons;
    }

    /** The extension points for features that add to courses and lessons. */
    public CourseExtensions extensions() {
        return extensions;
    }

    @Override
    public void routes(Routes routes) {
        var layout = services.layout();
        layout.navigation("Courses", "/", Access.PUBLIC);
        layout.navigation("Manage courses", "/admin", Access.ADMIN);
        layout.asset("courses/courses.css");
        layout.asset("courses/search.js");
        var once = new Idempotency(services.jdbi(), services.signer());
        new CourseRoutes(courses, lessons, extensions, once).register(routes);
        new CoursePages(layout, courses, lessons, extensions).register(routes);
        new AuthoringPages(layout, courses, lessons, extensions).register(routes);
    }

    @Override
    public void commands(Commands commands) {
        commands.variable("courses", courses);
        commands.task(
                "import-courses",
                ImportCourses.ARGUMENTS,
                "adds the courses of a CSV file",
                arguments -> ImportCourses.run(courses, arguments));
        commands.sample(() -> courses.count() == 0, _ -> {
            try (var file = CoursesFeature.class.getResourceAsStream("/demo/courses.csv")) {
                ImportCourses.run(courses, file);
            }
            for (var course : courses.newest(20)) {
                for (var title : DEMO_LESSONS) {
                    lessons.add(
                            course.id(), new Lesson.Draft(title, "%s: %s".formatted(course.title(), course.summary())));
                }
            }
        });
    }
}
