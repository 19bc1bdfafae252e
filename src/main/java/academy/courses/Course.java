package academy.courses;

import java.time.Instant;
import java.util.UUID;

/** A course of the catalogue. */
public record Course(
        UUID id,
        String slug,
        String title,
        String summary,
        String subject,
        String level,
        String url,
        Instant createdAt) {

    public Draft draft() {
        return new Draft(title, slug, summary, subject, level, url);
    }
}
