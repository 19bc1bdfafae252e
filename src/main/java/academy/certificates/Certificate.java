package academy.certificates;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
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

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    String file() {
        return "certificates/%s.pdf".formatted(id);
    }

    /** The day of issue, for people. */
    String day() {
        return DAY.format(issuedAt);
    }

    public boolean isReady() {
        return status == Status.READY;
    }
}
