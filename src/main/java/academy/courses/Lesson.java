package academy.courses;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dozen.domain.Validation;
import dozen.domain.Validation.Validated;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A part of a course.
 *
 * @param position its place in the course, from 1
 * @param text null in a list that was read without texts
 */
public record Lesson(
        UUID id,
        @JsonIgnore UUID courseId,
        int position,
        String title,
        @Nullable String text) {
    /** A new lesson as an admin describes it. */
    public record Draft(String title, @Nullable String text) implements Validated {
        static final Draft EMPTY = new Draft("", "");

        @Override
        public void validate(Validation validation) {
            validation.text("title", title, 1, 200);
            validation.text("text", text == null ? "" : text, 0, 50_000);
        }
    }
}
