package academy.certificates;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.UUID;

/**
 * The proof that an account completed a course.
 *
 * @param name the account's name on the day of issue
 * @param course the course's title on that day
 * @param status queued until the file is made, then ready
 */
public record Certificate(
        UUID id,
        @JsonIgnore UUID accountId,
        UUID courseId,
        String name,
        String course,
        Instant issuedAt,
        Status status) {
    public enum Status {
        QUEUED,
        READY
    }

    String file() {
        return "certificates/%s.pdf".formatted(id);
    }

    public boolean isReady() {
        return status == Status.READY;
    }
}
