package academy.learning;

import academy.courses.Lesson;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.domain.Caller;
import dozen.domain.DomainError;
import dozen.domain.Slice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/** The enrolments in PostgreSQL: which account takes which course, and its progress. */
public final class Enrolments {
    /** A learner's progress through a course. */
    @JsonTypeName("Enrolment")
    public record Enrolment(
            UUID courseId,
            String course,
            long lessons,
            long completedLessons,
            Instant enrolledAt,
            @JsonIgnore Instant activeAt,
            @Nullable Instant completedAt) {}

    private static final String SELECT = """
            SELECT enrolments.course_id, courses.title AS course, enrolled_at, active_at, completed_at,
                (SELECT count(*) FROM lessons WHERE lessons.course_id = courses.id) AS lessons,
                (SELECT count(*) FROM completions WHERE completions.account_id = enrolments.account_id
                    AND completions.course_id = courses.id) AS completed_lessons
            FROM enrolments JOIN courses ON courses.id = enrolments.course_id
            WHERE enrolments.account_id = ?
            """;

    private static final RowMapper<Enrolment> ENROLMENT_MAPPER = ConstructorMapper.of(Enrolment.class);

    /** Takes part in the completion of a course, in the same transaction. */
    @FunctionalInterface
    public interface CompletionListener {
        void completed(Handle transaction, UUID account, UUID course);
    }

    private final Jdbi jdbi;
    private final List<CompletionListener> completionListeners = new ArrayList<>();

    public Enrolments(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Registers a listener that takes part in the completion of a course, in the same transaction. */
    public void onCompleted(CompletionListener listener) {
        completionListeners.add(listener);
    }

    /**
     * Enrols the account. Returns whether the enrolment is new; an existing one stays as it is.
     *
     * @throws DomainError when there is no such course
     */
    public boolean enrol(UUID account, UUID course) {
        return jdbi.inTransaction(handle -> {
            handle.select("SELECT id FROM courses WHERE id = ? FOR KEY SHARE", course)
                    .mapTo(UUID.class)
                    .findOne()
                    .orElseThrow(DomainError::notFound);
            var insert = "INSERT INTO enrolments (account_id, course_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
            return handle.execute(insert, account, course) == 1;
        });
    }

    /** Ends an enrolment. Its completed lessons are forgotten. Returns false when there was none. */
    boolean leave(UUID account, UUID course) {
        var delete = "DELETE FROM enrolments WHERE account_id = ? AND course_id = ?";
        return jdbi.withHandle(handle -> handle.execute(delete, account, course)) == 1;
    }

    /** Lets the enrolled and admins open the lessons of a course. */
    public boolean mayOpen(Caller caller, UUID course) {
        return caller.isAdmin() || find(caller.id(), course).isPresent();
    }

    public Optional<Enrolment> find(UUID account, UUID course) {
        return jdbi.withHandle(handle -> find(handle, account, course));
    }

    private static Optional<Enrolment> find(Handle handle, UUID account, UUID course) {
        return handle.select(SELECT + "AND courses.id = ?", account, course)
                .map(ENROLMENT_MAPPER)
                .findOne();
    }

    /** Lists an account's enrolments, newest courses first. */
    Slice<Enrolment> list(UUID account, Slice.Request page) {
        var query = SELECT + "AND enrolments.course_id < ? ORDER BY enrolments.course_id DESC LIMIT " + page.fetch();
        var found = jdbi.withHandle(handle -> handle.select(query, account, page.below())
                .map(ENROLMENT_MAPPER)
                .list());
        return Slice.of(found, page, Enrolment::courseId);
    }

    /** Lists the enrolments that are not completed, the most recently active first. */
    public List<Enrolment> underWay(UUID account, int max) {
        var query = SELECT + "AND completed_at IS NULL ORDER BY active_at DESC LIMIT ?";
        return jdbi.withHandle(handle ->
                handle.select(query, account, max).map(ENROLMENT_MAPPER).list());
    }

    /** Returns the lessons of a course that the account has completed. */
    public List<UUID> completed(UUID account, UUID course) {
        var query = "SELECT lesson_id FROM completions WHERE account_id = ? AND course_id = ?";
        return jdbi.withHandle(handle ->
                handle.select(query, account, course).mapTo(UUID.class).list());
    }

    /**
     * Notes that a lesson is done. With the last one the course is completed, and the listeners take part in the same
     * transaction.
     *
     * @throws DomainError when the account is not enrolled
     */
    public void complete(UUID account, Lesson lesson) {
        var course = lesson.courseId();
        jdbi.useTransaction(transaction -> {
            // This locks the row; otherwise the last two lessons at once would each see the other one missing.
            var touch = "UPDATE enrolments SET active_at = now() WHERE account_id = ? AND course_id = ?";
            if (transaction.execute(touch, account, course) == 0) {
                throw DomainError.conflict("Enrol in the course of this lesson first.");
            }
            transaction.execute("""
                    INSERT INTO completions (account_id, course_id, lesson_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                    """, account, course, lesson.id());
            var enrolment = find(transaction, account, course).orElseThrow();
            if (enrolment.completedLessons() < enrolment.lessons()) return;
            transaction.execute("""
                    UPDATE enrolments SET completed_at = coalesce(completed_at, now())
                    WHERE account_id = ? AND course_id = ?
                    """, account, course);
            for (var listener : completionListeners) listener.completed(transaction, account, course);
        });
    }
}
