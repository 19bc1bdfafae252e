package academy.videos;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** The videos in PostgreSQL; their files are in the file storage. */
record Videos(Jdbi jdbi, Jobs jobs) {
    private static final String SELECT = """
            SELECT videos.id, lesson_id, course_id, folder, bytes, sha256, upper(status) AS status, reason, seconds, poster
            FROM videos JOIN lessons ON lessons.id = videos.lesson_id
            """;

    private static final RowMapper<Video> VIDEO_MAPPER = ConstructorMapper.of(Video.class);

    /** The part of a video that a list of lessons shows. The rest is at the video's own address. */
    @JsonTypeName("VideoSummary")
    record Summary(UUID id, Video.Status status) {}

    Optional<Video> find(UUID id) {
        return jdbi.withHandle(handle -> find(handle, id));
    }

    Optional<Video> ofLesson(UUID lesson) {
        return jdbi.withHandle(handle -> handle.select(SELECT + "WHERE lesson_id = ?", lesson)
                .map(VIDEO_MAPPER)
                .findOne());
    }

    /** The videos of a course, by their lesson. */
    Map<UUID, Summary> ofCourse(UUID course) {
        return jdbi.withHandle(handle -> handle.select(SELECT + "WHERE course_id = ?", course)
                .map(VIDEO_MAPPER)
                .collect(Collectors.toMap(Video::lessonId, video -> new Summary(video.id(), video.status()))));
    }

    private static Optional<Video> find(Handle handle, UUID id) {
        return handle.select(SELECT + "WHERE videos.id = ?", id)
                .map(VIDEO_MAPPER)
                .findOne();
    }

    /**
     * Makes an upload the lesson's video, and removes the video before it. The jobs that convert the new one and, a day
     * later, delete the old one's files are enqueued in the same transaction. Repeated, it returns the same video. Returns
     * empty when the lesson or the upload is gone.
     *
     * @param sha256 the hash of the file, in hex; null when web did not see it
     */
    Optional<Video> add(Upload upload, String sha256) {
        return jdbi.inTransaction(transaction -> {
            // Without this lock, two uploads at once would both find no video to replace.
            var found = transaction
                    .select("SELECT id FROM lessons WHERE id = ? FOR UPDATE", upload.lessonId())
                    .mapTo(UUID.class)
                    .findOne();
            if (found.isEmpty()) return Optional.empty();
            var isNew = transaction.execute("DELETE FROM uploads WHERE id = ?", upload.id()) == 1;
            if (!isNew) return find(transaction, upload.id());
            transaction
                    .select("DELETE FROM videos WHERE lesson_id = ? RETURNING folder", upload.lessonId())
                    .mapTo(String.class)
                    .findOne()
                    .ifPresent(folder -> jobs.enqueue(transaction, DiscardFiles.later(folder)));
            var insert = "INSERT INTO videos (id, lesson_id, folder, bytes, sha256) VALUES (?, ?, ?, ?, ?)";
            var id = upload.id();
            transaction.execute(insert, id, upload.lessonId(), Upload.folder(id), upload.bytes(), sha256);
            jobs.enqueue(transaction, Job.of(new TranscodeVideo(id)).key(id.toString()));
            return find(transaction, id);
        });
    }

    /** Marks the video as being transcoded; false when it was replaced in the meantime. */
    boolean transcoding(UUID id) {
        return update("UPDATE videos SET status = 'transcoding' WHERE id = ?", id);
    }

    void ready(UUID id, float seconds, boolean poster, String reason) {
        var sql = "UPDATE videos SET status = 'ready', seconds = ?, poster = ?, reason = ? WHERE id = ?";
        update(sql, seconds, poster, reason, id);
    }

    void failed(UUID id, String reason) {
        update("UPDATE videos SET status = 'failed', reason = ? WHERE id = ? AND status <> 'ready'", reason, id);
    }

    private boolean update(String sql, Object... values) {
        return jdbi.withHandle(handle -> handle.execute(sql, values)) == 1;
    }
}
