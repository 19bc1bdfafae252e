package academy.courses;

import dozen.domain.Caller;
import java.util.UUID;

/** Decides who may open the lessons of a course, and what belongs to them. */
@FunctionalInterface
public interface LessonAccess {
    boolean mayOpen(Caller caller, UUID course);
}
