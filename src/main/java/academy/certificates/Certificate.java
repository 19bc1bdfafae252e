package academy.certificates;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.UUID;

/**
 * That somebody completed a course.
 *
 * @param name and course: as they were that day
 * @param status queued, until its file is made; ready
 */
public record Certificate(
        UUID id,
        @JsonIgnore UUID accountId,
        UUID courseId,
        String name,
        String course,
        Instant issuedAt,
        String status) {
    String file() {
        return "certificates/%s.pdf".formatted(id);
    }

    public boolean isReady() {
        return status.equals("ready");
    }
}
