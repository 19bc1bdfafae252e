package academy.courses;

import dozen.domain.DomainError;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** The lessons in PostgreSQL. */
public record Lessons(Jdbi jdbi) {
    private static final String COLUMNS = "id, course_id, position, title, text";
    private static final String WITHOUT_TEXT = "id, course_id, position, title, NULL AS text";
    private static final RowMapper<Lesson> LESSON_MAPPER = ConstructorMapper.of(Lesson.class);

    /** The lessons of a course without their texts, which may be long, and which not everybody may read. */
    public List<Lesson> of(UUID course) {
        return of(course, WITHOUT_TEXT);
    }

    List<Lesson> withTexts(UUID course) {
        return of(course, COLUMNS);
    }

    private List<Lesson> of(UUID course, String columns) {
        var query = "SELECT %s FROM lessons WHERE course_id = ? ORDER BY position".formatted(columns);
        return jdbi.withHandle(
                handle -> handle.select(query, course).map(LESSON_MAPPER).list());
    }

    /** @throws DomainError when there is no such lesson */
    public Lesson get(UUID id) {
        var query = "SELECT %s FROM lessons WHERE id = ?".formatted(COLUMNS);
        return jdbi.withHandle(
                        handle -> handle.select(query, id).map(LESSON_MAPPER).findOne())
                .orElseThrow(DomainError::notFound);
    }

    /** The lesson after this one, without its text; empty when this is the last of its course. */
    public Optional<Lesson> next(Lesson lesson) {
        var query = "SELECT %s FROM lessons WHERE course_id = ? AND position > ? ORDER BY position LIMIT 1"
                .formatted(WITHOUT_TEXT);
        return jdbi.withHandle(handle -> handle.select(query, lesson.courseId(), lesson.position())
                .map(LESSON_MAPPER)
                .findOne());
    }

    /**
     * Adds a lesson at the end of a course.
     *
     * @throws DomainError when the draft is not valid, or there is no such course
     */
    public Lesson add(UUID course, Lesson.Draft draft) {
        draft.check();
        return jdbi.inTransaction(handle -> {
            // Without this lock, two lessons added at once would take the same position.
            handle.select("SELECT id FROM courses WHERE id = ? FOR UPDATE", course)
                    .mapTo(UUID.class)
                    .findOne()
                    .orElseThrow(DomainError::notFound);
            return handle.createQuery("""
                            INSERT INTO lessons (course_id, position, title, text)
                            SELECT :course, coalesce(max(position), 0) + 1, :title, coalesce(:text, '') FROM lessons
                            WHERE course_id = :course
                            RETURNING %s
                            """.formatted(COLUMNS))
                    .bind("course", course)
                    .bind("title", draft.title())
                    .bind("text", draft.text())
                    .map(LESSON_MAPPER)
                    .one();
        });
    }
}
