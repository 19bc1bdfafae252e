package academy.courses;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dozen.domain.DomainError;
import dozen.domain.Slice;
import dozen.domain.SliceRequest;
import dozen.domain.Validation;
import dozen.http.Access;
import dozen.http.Idempotency;
import dozen.http.Json;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** The API of the catalogue: everybody may read it, and admins may change it. */
public final class CourseRoutes {
    /** A course and its lessons. */
    record WithLessons(@JsonUnwrapped Course course, List<Lesson> lessons) {}

    private final Courses courses;
    private final Lessons lessons;
    private final Idempotency idempotency;

    public CourseRoutes(Courses courses, Lessons lessons, Idempotency idempotency) {
        this.courses = courses;
        this.lessons = lessons;
        this.idempotency = idempotency;
    }

    public void register(Routes routes) {
        routes.get("/api/courses", Access.PUBLIC, this::list);
        routes.post("/api/courses", Access.ADMIN, idempotency.once(this::create));
        routes.get("/api/courses/{id}", Access.PUBLIC, this::read);
        routes.patch("/api/courses/{id}", Access.ADMIN, idempotency.once(this::change));
        routes.post("/api/courses/{id}/lessons", Access.ADMIN, idempotency.once(this::addLesson));
    }

    private void list(Context context) {
        context.json(find(Params.query(context, "q"), Params.slice(context)));
    }

    /** @param words the words to search for; null or blank finds all courses */
    public Slice<Course> find(String words, SliceRequest page) {
        if (words == null || words.isBlank()) return courses.list(page);
        var validation = new Validation();
        validation.text("q", words, 1, 200);
        validation.check();
        return courses.search(words, page);
    }

    private void create(Context context) {
        var course = create(Json.body(context, Draft.class));
        context.status(201).header("Location", "/api/courses/" + course.id()).json(course);
    }

    private void read(Context context) {
        var course = courses.find(Params.uuid(context, "id")).orElseThrow(DomainError::notFound);
        context.json(new WithLessons(course, lessons.of(course.id())));
    }

    public Course create(Draft given) {
        var draft = given.completed();
        draft.check();
        return courses.create(draft).orElseThrow(() -> taken(draft));
    }

    private void change(Context context) {
        var change = Json.object(context);
        context.json(change(Params.uuid(context, "id"), draft -> Json.merge(change, draft, Draft.class)));
    }

    public Course change(UUID id, UnaryOperator<Draft> change) {
        return courses.change(id, found -> {
                    var draft = change.apply(
                                    found.orElseThrow(DomainError::notFound).draft())
                            .completed();
                    draft.check();
                    return draft;
                })
                .orElseThrow(() -> DomainError.conflict("Another course has this slug."));
    }

    private void addLesson(Context context) {
        var lesson = addLesson(Params.uuid(context, "id"), Json.body(context, Lesson.Draft.class));
        context.status(201).json(lesson);
    }

    public Lesson addLesson(UUID course, Lesson.Draft draft) {
        draft.check();
        return lessons.add(course, draft).orElseThrow(DomainError::notFound);
    }

    private static DomainError taken(Draft draft) {
        return DomainError.conflict("Another course has the slug " + draft.slug() + ".");
    }
}
