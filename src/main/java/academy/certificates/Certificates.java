package academy.certificates;

import dozen.domain.Slice;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** The certificates in PostgreSQL; their files are in the file storage. */
public record Certificates(Jdbi jdbi, Jobs jobs) {
    private static final String SELECT = """
            SELECT id, account_id, course_id, name, course, issued_at,
                CASE WHEN ready_at IS NULL THEN 'queued' ELSE 'ready' END AS status
            FROM certificates
            """;

    private static final RowMapper<Certificate> CERTIFICATE_MAPPER = ConstructorMapper.of(Certificate.class);

    /**
     * Issues one certificate per account and course, however often it is called. While its file is missing, each call
     * enqueues the job that makes it, because the last one may be dead.
     */
    public void issue(Handle transaction, UUID account, UUID course) {
        transaction
                .select("""
                        INSERT INTO certificates (account_id, course_id, name, course)
                        SELECT accounts.id, courses.id, accounts.name, courses.title FROM accounts, courses
                        WHERE accounts.id = ? AND courses.id = ?
                        ON CONFLICT (account_id, course_id)
                        DO UPDATE SET name = certificates.name WHERE certificates.ready_at IS NULL
                        RETURNING id
                        """, account, course)
                .mapTo(UUID.class)
                .findOne()
                .ifPresent(id -> jobs.enqueue(
                        transaction, Job.of(new MakeCertificate(id)).key(id.toString())));
    }

    Optional<Certificate> find(UUID id) {
        return jdbi.withHandle(handle -> handle.select(SELECT + "WHERE id = ?", id)
                .map(CERTIFICATE_MAPPER)
                .findOne());
    }

    /** Lists the certificates of an account, newest first. */
    public Slice<Certificate> list(UUID account, Slice.Request page) {
        var query = SELECT + "WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT " + page.fetch();
        var found = jdbi.withHandle(handle -> handle.select(query, account, page.below())
                .map(CERTIFICATE_MAPPER)
                .list());
        return Slice.of(found, page, Certificate::id);
    }

    void ready(UUID id) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE certificates SET ready_at = coalesce(ready_at, now()) WHERE id = ?", id));
    }
}
