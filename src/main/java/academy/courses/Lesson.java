package academy.courses;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dozen.domain.Validation;
import java.util.UUID;

/**
 * A part of a course.
 *
 * @param position from 1
 * @param video null when there is none
 */
public record Lesson(UUID id, @JsonIgnore UUID courseId, int position, String title, String text, Video video) {
    /** What a list of lessons tells of a video; the rest is at its own address. */
    public record Video(UUID id, String status) {}

    /** What an admin says of a new one. */
    public record Draft(String title, String text) {
        void check() {
            var validation = new Validation();
            validation.text("title", title, 1, 200);
            validation.text("text", text == null ? "" : text, 0, 50_000);
            validation.check();
        }
    }
}
