package academy.learning;

import java.time.Instant;
import java.util.UUID;

/** A learner's progress through a course. */
public record Enrolment(
        UUID courseId, String course, long lessons, long completedLessons, Instant enrolledAt, Instant completedAt) {}
