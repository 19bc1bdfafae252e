package academy.videos;

import dozen.jobs.Job;
import dozen.jobs.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/**
 * The uploads that have begun, in PostgreSQL. Each has a row before its first byte and until it is a video, so a file
 * whose sender or process disappeared is found, too.
 */
record Uploads(Jdbi jdbi, Jobs jobs) {
    /** A job: removes the uploads that nobody completed. {@code now} is when it was due. */
    record SweepUploads(Instant now) {}

    /** A slow sender has this long. */
    private static final Duration TTL = Duration.ofDays(1);

    private static final RowMapper<Upload> UPLOAD_MAPPER = ConstructorMapper.of(Upload.class);

    Upload begin(UUID lesson, long bytes) {
        var sql = "INSERT INTO uploads (lesson_id, bytes) VALUES (?, ?) RETURNING id, lesson_id, bytes";
        return jdbi.withHandle(
                handle -> handle.select(sql, lesson, bytes).map(UPLOAD_MAPPER).one());
    }

    Optional<Upload> find(UUID id) {
        var sql = "SELECT id, lesson_id, bytes FROM uploads WHERE id = ?";
        return jdbi.withHandle(
                handle -> handle.select(sql, id).map(UPLOAD_MAPPER).findOne());
    }

    void discard(Upload upload) {
        discard("id = ?", upload.id());
    }

    void sweep(SweepUploads job, Job.Run run) {
        discard("created_at < ?", job.now().minus(TTL));
    }

    /** Deletes rows, and enqueues the jobs that delete their files. */
    private void discard(String condition, Object value) {
        jdbi.useTransaction(transaction -> {
            var ids = transaction
                    .select("DELETE FROM uploads WHERE %s RETURNING id".formatted(condition), value)
                    .mapTo(UUID.class)
                    .list();
            jobs.enqueueAll(
                    transaction,
                    ids.stream()
                            .map(id -> Job.of(new DiscardFiles(Upload.folder(id))))
                            .toList());
        });
    }
}
