package academy.courses;

import dozen.domain.DomainError;
import dozen.domain.Slice;
import dozen.domain.Validation;
import dozen.services.Postgres;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** The courses in PostgreSQL. */
public record Courses(Jdbi jdbi) {
    private static final String COLUMNS = "id, slug, title, summary, subject, level, url, created_at";
    private static final RowMapper<Course> COURSE_MAPPER = ConstructorMapper.of(Course.class);

    /** Returns one page of courses, newest first, by keyset on the primary key. */
    Slice<Course> list(Slice.Request page) {
        var query = "SELECT %s FROM courses WHERE id < ? ORDER BY id DESC LIMIT %d".formatted(COLUMNS, page.fetch());
        var found = jdbi.withHandle(
                handle -> handle.select(query, page.below()).map(COURSE_MAPPER).list());
        return Slice.of(found, page, Course::id);
    }

    /**
     * Finds the courses that contain all the words, newest first. The last word may be the beginning of one; web-search
     * syntax ("…", or, -) works. PostgreSQL cannot estimate how many words begin that way. A frequent beginning fills
     * the page from the newest 1,000 courses alone. Only for a rarer one is the index used. Words that are only excluded
     * ("-java") find nothing, because no index could help.
     */
    Slice<Course> search(String words, Slice.Request page) {
        var found = search("""
                FROM (SELECT * FROM courses WHERE id < :below ORDER BY id DESC LIMIT 1000) AS newest, query
                WHERE words @@ wanted AND querytree(wanted) <> 'T'
                """, words, page);
        if (found.size() < page.fetch()) {
            found = search("""
                    FROM courses WHERE id IN (SELECT id FROM matching WHERE id < :below ORDER BY id DESC LIMIT :fetch)
                    """, words, page);
        }
        return Slice.of(found, page, Course::id);
    }

    private List<Course> search(String from, String words, Slice.Request page) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        WITH query AS (
                            SELECT regexp_replace(websearch_to_tsquery('simple', :words)::text, '''$', ''':*')::tsquery AS wanted
                        ), matching AS MATERIALIZED (
                            SELECT id FROM courses, query WHERE words @@ wanted AND querytree(wanted) <> 'T'
                        )
                        SELECT %s %s ORDER BY id DESC LIMIT :fetch
                        """.formatted(COLUMNS, from))
                .bind("words", words)
                .bind("below", page.below())
                .bind("fetch", page.fetch())
                .map(COURSE_MAPPER)
                .list());
    }

    public List<Course> newest(int max) {
        return list(new Slice.Request(max, Optional.empty())).items();
    }

    /** Returns the courses created from {@code since} until just before {@code until}, newest first. */
    public List<Course> createdBetween(Instant since, Instant until, int max) {
        var query = """
                SELECT %s FROM courses WHERE created_at >= ? AND created_at < ? ORDER BY created_at DESC LIMIT ?
                """.formatted(COLUMNS);
        return jdbi.withHandle(handle ->
                handle.select(query, since, until, max).map(COURSE_MAPPER).list());
    }

    /**
     * Finds the courses with these words.
     *
     * @param words null or blank finds all courses
     */
    public Slice<Course> find(String words, Slice.Request page) {
        if (words == null || words.isBlank()) return list(page);
        var validation = new Validation();
        validation.text("q", words, 1, 200);
        validation.check();
        return search(words, page);
    }

    /** @throws DomainError when there is no such course */
    public Course get(UUID id) {
        return jdbi.withHandle(handle -> get(handle, id, ""));
    }

    private static Course get(Handle handle, UUID id, String locking) {
        return handle.select("SELECT %s FROM courses WHERE id = ? %s".formatted(COLUMNS, locking), id)
                .map(COURSE_MAPPER)
                .findOne()
                .orElseThrow(DomainError::notFound);
    }

    /** @throws DomainError when the draft is not valid, or its slug is taken */
    public Course create(Course.Draft given) {
        var draft = given.completed();
        draft.check();
        return jdbi.withHandle(handle -> handle.createQuery("""
                        INSERT INTO courses (slug, title, summary, subject, level, url)
                        VALUES (:slug, :title, :summary, :subject, :level, :url)
                        ON CONFLICT (slug) DO NOTHING
                        RETURNING %s
                        """.formatted(COLUMNS))
                .bindMethods(draft)
                .map(COURSE_MAPPER)
                .findOne()
                .orElseThrow(() -> taken(draft)));
    }

    /**
     * Changes a course under a lock, so that two changes at once can't undo each other.
     *
     * @param change turns the current draft into the wanted one; it may refuse with an exception
     * @throws DomainError when there is no such course, the draft is not valid, or its slug is taken
     */
    public Course change(UUID id, UnaryOperator<Course.Draft> change) {
        return jdbi.inTransaction(handle -> {
            var draft = change.apply(get(handle, id, "FOR UPDATE").draft()).completed();
            draft.check();
            return Postgres.translateViolations(
                    constraint -> constraint.equals("courses_slug_key") ? taken(draft) : null,
                    () -> handle.createQuery("""
                            UPDATE courses SET slug = :slug, title = :title, summary = :summary,
                                subject = :subject, level = :level, url = :url
                            WHERE id = :id
                            RETURNING %s
                            """.formatted(COLUMNS))
                            .bindMethods(draft)
                            .bind("id", id)
                            .map(COURSE_MAPPER)
                            .one());
        });
    }

    private static DomainError taken(Course.Draft draft) {
        return DomainError.conflict("Another course has the slug " + draft.slug() + ".");
    }

    /** Adds the courses whose slug is new, in one statement. Returns how many it added. */
    int addNew(List<Course.Draft> drafts) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        INSERT INTO courses (slug, title, summary, subject, level, url)
                        SELECT * FROM unnest(:slugs, :titles, :summaries, :subjects, :levels, :urls)
                        ON CONFLICT (slug) DO NOTHING
                        """)
                .bind("slugs", texts(drafts, Course.Draft::slug))
                .bind("titles", texts(drafts, Course.Draft::title))
                .bind("summaries", texts(drafts, Course.Draft::summary))
                .bind("subjects", texts(drafts, Course.Draft::subject))
                .bind("levels", texts(drafts, Course.Draft::level))
                .bind("urls", texts(drafts, Course.Draft::url))
                .execute());
    }

    private static String[] texts(List<Course.Draft> drafts, Function<Course.Draft, String> column) {
        return drafts.stream().map(column).toArray(String[]::new);
    }

    public long count() {
        return jdbi.withHandle(handle ->
                handle.select("SELECT count(*) FROM courses").mapTo(Long.class).one());
    }
}
