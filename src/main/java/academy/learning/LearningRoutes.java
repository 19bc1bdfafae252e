package academy.learning;

import academy.courses.Lessons;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import java.util.List;
import java.util.UUID;

/** The API for enrolling, completing lessons and reading progress. Callers reach only their own enrolments. */
record LearningRoutes(Enrolments enrolments, Lessons lessons) {
    /** An enrolment and the lessons that are completed. */
    @JsonTypeName("EnrolmentWithLessons")
    record WithLessons(@JsonUnwrapped Enrolments.Enrolment enrolment, List<UUID> completed) {}

    void register(Routes routes) {
        routes.get("/api/me/enrolments", Access.USER, this::list)
                .summary("The caller's courses")
                .list(Enrolments.Enrolment.class);
        routes.get("/api/courses/{id}/enrolment", Access.USER, this::read)
                .summary("The caller's progress in a course")
                .returns(200, WithLessons.class);
        routes.post("/api/courses/{id}/enrolment", Access.USER, this::enrol)
                .summary("Enrol; 200 when the caller was enrolled already")
                .returns(200, WithLessons.class)
                .returns(201, WithLessons.class);
        routes.delete("/api/courses/{id}/enrolment", Access.USER, this::leave)
                .summary("Leave a course; what was completed is forgotten")
                .returns(204);
        routes.put("/api/lessons/{id}/completion", Access.USER, this::complete)
                .summary("Complete a lesson; the last one completes the course")
                .returns(200, WithLessons.class);
    }

    private void list(Context context) {
        var account = Routes.caller(context).id();
        context.json(enrolments.list(account, Params.slice(context)));
    }

    private void read(Context context) {
        context.json(withLessons(Routes.caller(context).id(), Params.uuid(context, "id")));
    }

    private WithLessons withLessons(UUID account, UUID course) {
        var enrolment = enrolments.find(account, course).orElseThrow(DomainError::notFound);
        return new WithLessons(enrolment, enrolments.completed(account, course));
    }

    private void enrol(Context context) {
        var account = Routes.caller(context).id();
        var course = Params.uuid(context, "id");
        var isNew = enrolments.enrol(account, course);
        context.status(isNew ? 201 : 200).json(withLessons(account, course));
    }

    private void leave(Context context) {
        if (!enrolments.leave(Routes.caller(context).id(), Params.uuid(context, "id"))) throw DomainError.notFound();
        context.status(204);
    }

    private void complete(Context context) {
        var account = Routes.caller(context).id();
        var lesson = lessons.get(Params.uuid(context, "id"));
        enrolments.complete(account, lesson);
        context.json(withLessons(account, lesson.courseId()));
    }
}
