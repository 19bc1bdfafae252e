package academy.courses;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The lessons in PostgreSQL. */
public final class Lessons {
    private static final String SELECT = """
            SELECT lessons.id, course_id, position, title, text, videos.id AS video, videos.status
            FROM lessons LEFT JOIN videos ON videos.lesson_id = lessons.id
            """;

    private final Jdbi jdbi;

    public Lessons(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    public List<Lesson> of(UUID course) {
        return jdbi.withHandle(handle -> handle.createQuery(SELECT + "WHERE course_id = :course ORDER BY position")
                .bind("course", course)
                .map((row, _) -> lesson(row))
                .list());
    }

    public Optional<Lesson> find(UUID id) {
        return jdbi.withHandle(handle -> find(handle, id));
    }

    private static Optional<Lesson> find(Handle handle, UUID id) {
        return handle.createQuery(SELECT + "WHERE lessons.id = :id")
                .bind("id", id)
                .map((row, _) -> lesson(row))
                .findOne();
    }

    private static Lesson lesson(ResultSet row) throws SQLException {
        var video = row.getObject("video", UUID.class);
        return new Lesson(
                row.getObject("id", UUID.class),
                row.getObject("course_id", UUID.class),
                row.getInt("position"),
                row.getString("title"),
                row.getString("text"),
                video == null ? null : new Lesson.Video(video, row.getString("status")));
    }

    /** Adds a lesson at the end of a course. Returns empty when there is no such course. */
    public Optional<Lesson> add(UUID course, Lesson.Draft draft) {
        return jdbi.inTransaction(handle -> {
            // Without this lock, two lessons added at once would take the same position.
            var found = handle.createQuery("SELECT id FROM courses WHERE id = :course FOR UPDATE")
                    .bind("course", course)
                    .mapTo(UUID.class)
                    .findOne();
            if (found.isEmpty()) return Optional.empty();
            var id = handle.createQuery("""
                            INSERT INTO lessons (course_id, position, title, text)
                            SELECT :course, count(*) + 1, :title, coalesce(:text, '') FROM lessons
                            WHERE course_id = :course
                            RETURNING id
                            """)
                    .bind("course", course)
                    .bind("title", draft.title())
                    .bind("text", draft.text())
                    .mapTo(UUID.class)
                    .one();
            return find(handle, id);
        });
    }
}
