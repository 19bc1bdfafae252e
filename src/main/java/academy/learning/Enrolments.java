package academy.learning;

import academy.courses.Lesson;
import dozen.domain.Caller;
import dozen.domain.DomainError;
import dozen.domain.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** The enrolments in PostgreSQL: which account takes which course, and its progress. */
public final class Enrolments {
    private static final String SELECT = """
            SELECT enrolments.course_id, courses.title AS course, enrolled_at, completed_at,
                (SELECT count(*) FROM lessons WHERE lessons.course_id = courses.id) AS lessons,
                (SELECT count(*) FROM completions WHERE completions.account_id = enrolments.account_id
                    AND completions.course_id = courses.id) AS completed_lessons
            FROM enrolments JOIN courses ON courses.id = enrolments.course_id
            WHERE enrolments.account_id = :account
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
            handle.createQuery("SELECT id FROM courses WHERE id = :course FOR KEY SHARE")
                    .bind("course", course)
                    .mapTo(UUID.class)
                    .findOne()
                    .orElseThrow(DomainError::notFound);
            return 1
                    == handle.createUpdate("""
                            INSERT INTO enrolments (account_id, course_id) VALUES (:account, :course)
                            ON CONFLICT DO NOTHING
                            """)
                            .bind("account", account)
                            .bind("course", course)
                            .execute();
        });
    }

    /**
     * Ends an enrolment. Its completed lessons are forgotten. Returns false when there was none.
     */
    boolean leave(UUID account, UUID course) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        DELETE FROM enrolments WHERE account_id = :account AND course_id = :course
                        """)
                        .bind("account", account)
                        .bind("course", course)
                        .execute()
                == 1);
    }

    /** Lets the enrolled and admins open the lessons of a course. */
    public boolean mayOpen(Caller caller, UUID course) {
        return caller.isAdmin() || find(caller.id(), course).isPresent();
    }

    public Optional<Enrolment> find(UUID account, UUID course) {
        return jdbi.withHandle(handle -> find(handle, account, course));
    }

    private static Optional<Enrolment> find(Handle handle, UUID account, UUID course) {
        return handle.createQuery(SELECT + "AND courses.id = :course")
                .bind("account", account)
                .bind("course", course)
                .map(ENROLMENT_MAPPER)
                .findOne();
    }

    /** Lists an account's enrolments, newest courses first. */
    Slice<Enrolment> list(UUID account, Slice.Request page) {
        var found = jdbi.withHandle(handle -> handle.createQuery(SELECT
                        + "AND enrolments.course_id < :below ORDER BY enrolments.course_id DESC LIMIT " + page.fetch())
                .bind("account", account)
                .bind("below", page.below())
                .map(ENROLMENT_MAPPER)
                .list());
        return Slice.of(found, page, Enrolment::courseId);
    }

    /** Lists the enrolments that are not completed, the most recently active first. */
    public List<Enrolment> underWay(UUID account, int max) {
        return jdbi.withHandle(
                handle -> handle.createQuery(SELECT + "AND completed_at IS NULL ORDER BY active_at DESC LIMIT :max")
                        .bind("account", account)
                        .bind("max", max)
                        .map(ENROLMENT_MAPPER)
                        .list());
    }

    /** Returns the lessons of a course that the account has completed. */
    public List<UUID> completed(UUID account, UUID course) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT lesson_id FROM completions WHERE account_id = :account AND course_id = :course
                        """)
                .bind("account", account)
                .bind("course", course)
                .mapTo(UUID.class)
                .list());
    }

    /**
     * Notes that a lesson is done. With the last one the course is completed, and the listeners take part in the same
     * transaction.
     *
     * @throws DomainError when the account is not enrolled
     */
    public void complete(UUID account, Lesson lesson) {
        jdbi.useTransaction(transaction -> {
            // This locks the row; otherwise the last two lessons at once would each see the other one missing.
            var touched = transaction
                    .createUpdate("""
                            UPDATE enrolments SET active_at = now()
                            WHERE account_id = :account AND course_id = :course
                            """)
                    .bind("account", account)
                    .bind("course", lesson.courseId())
                    .execute();
            if (touched == 0) throw DomainError.conflict("Enrol in the course of this lesson first.");
            transaction
                    .createUpdate("""
                            INSERT INTO completions (account_id, course_id, lesson_id) VALUES (:account, :course, :lesson)
                            ON CONFLICT DO NOTHING
                            """)
                    .bind("account", account)
                    .bind("course", lesson.courseId())
                    .bind("lesson", lesson.id())
                    .execute();
            var enrolment = find(transaction, account, lesson.courseId()).orElseThrow();
            if (enrolment.completedLessons() < enrolment.lessons()) return;
            transaction
                    .createUpdate("""
                            UPDATE enrolments SET completed_at = coalesce(completed_at, now())
                            WHERE account_id = :account AND course_id = :course
                            """)
                    .bind("account", account)
                    .bind("course", lesson.courseId())
                    .execute();
            for (var listener : completionListeners) listener.completed(transaction, account, lesson.courseId());
        });
    }
}
