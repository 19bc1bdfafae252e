package academy.courses;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dozen.domain.Caller;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** The extension points for other features: parts of answers, sections of pages, and who may open a lesson. */
public final class CourseExtensions {
    /** Provides words for the lessons of a course, by one read for the whole course; some lessons may have none. */
    @FunctionalInterface
    public interface LessonNotes {
        Map<UUID, String> of(UUID course, Optional<Caller> reader);
    }

    /** A lesson as the API shows it. */
    @JsonTypeName("Lesson")
    record LessonWithParts(
            @JsonUnwrapped Lesson lesson, @JsonAnyGetter Map<String, Object> parts) {}

    private BiPredicate<Caller, UUID> access = (_, _) -> true;
    private final Map<String, Function<UUID, ? extends Map<UUID, ?>>> parts = new LinkedHashMap<>();
    private final Map<String, Class<?>> partTypes = new LinkedHashMap<>();
    private final List<LessonNotes> notes = new ArrayList<>();
    private final List<LessonNotes> marks = new ArrayList<>();
    private final List<BiFunction<Course, Optional<Caller>, String>> courseSections = new ArrayList<>();
    private final List<Function<Lesson, String>> lessonMedia = new ArrayList<>();
    private final List<BiFunction<Lesson, Caller, String>> lessonActions = new ArrayList<>();
    private final List<Function<UUID, Function<Lesson, String>>> authoringSections = new ArrayList<>();

    /** Narrows who may open the lessons of a course. By default everybody may who is logged in. */
    public void restrictLessons(BiPredicate<Caller, UUID> restriction) {
        access = restriction;
    }

    public boolean mayOpen(Caller caller, UUID course) {
        return access.test(caller, course);
    }

    /**
     * Adds a field to each lesson of the API. It is null for lessons that have none.
     *
     * @param type what the field holds, for the API document
     * @param values reads the values of all lessons of a course
     */
    public <T> void lessonPart(String field, Class<T> type, Function<UUID, Map<UUID, T>> values) {
        parts.put(field, values);
        partTypes.put(field, type);
    }

    /** The fields that were added to each lesson, for the API document. */
    Map<String, Class<?>> partTypes() {
        return partTypes;
    }

    /** Adds a word to lessons in the list of a course. */
    public void lessonNote(LessonNotes words) {
        notes.add(words);
    }

    /** Replaces the number of lessons in the list of a course, by a sign such as ✓. */
    public void lessonMark(LessonNotes signs) {
        marks.add(signs);
    }

    /** Adds a section, as HTML, to the page of a course, for the reader who is logged in. */
    public void courseSection(BiFunction<Course, Optional<Caller>, String> section) {
        courseSections.add(section);
    }

    /** Adds HTML above the text of a lesson. */
    public void lessonMedia(Function<Lesson, String> section) {
        lessonMedia.add(section);
    }

    /** Adds HTML below the text of a lesson. */
    public void lessonAction(BiFunction<Lesson, Caller, String> section) {
        lessonActions.add(section);
    }

    /** Adds HTML to each lesson on the page on which admins change a course, by one read for the whole course. */
    public void authoringSection(Function<UUID, Function<Lesson, String>> section) {
        authoringSections.add(section);
    }

    List<LessonWithParts> withParts(UUID course, List<Lesson> lessons) {
        var values = new LinkedHashMap<String, Map<UUID, ?>>();
        parts.forEach((field, read) -> values.put(field, read.apply(course)));
        return lessons.stream()
                .map(lesson -> {
                    var own = new LinkedHashMap<String, Object>();
                    values.forEach((field, byLesson) -> own.put(field, byLesson.get(lesson.id())));
                    return new LessonWithParts(lesson, own);
                })
                .toList();
    }

    /** The rows of a course's list of lessons, for its page. */
    List<Map<String, Object>> rows(UUID course, List<Lesson> lessons, Optional<Caller> reader) {
        var mayOpen = reader.filter(caller -> mayOpen(caller, course)).isPresent();
        var words = notes.stream().map(each -> each.of(course, reader)).toList();
        var signs = new HashMap<UUID, String>();
        marks.forEach(each -> signs.putAll(each.of(course, reader)));
        return lessons.stream()
                .map(lesson -> Map.<String, Object>of(
                        "id", lesson.id(),
                        "title", lesson.title(),
                        "mayOpen", mayOpen,
                        "mark", signs.getOrDefault(lesson.id(), String.valueOf(lesson.position())),
                        "notes",
                                words.stream()
                                        .filter(each -> each.containsKey(lesson.id()))
                                        .map(each -> each.get(lesson.id()))
                                        .toList()))
                .toList();
    }

    List<String> courseSections(Course course, Optional<Caller> reader) {
        return courseSections.stream()
                .map(section -> section.apply(course, reader))
                .toList();
    }

    List<String> lessonMedia(Lesson lesson) {
        return lessonMedia.stream().map(section -> section.apply(lesson)).toList();
    }

    List<String> lessonActions(Lesson lesson, Caller reader) {
        return lessonActions.stream()
                .map(section -> section.apply(lesson, reader))
                .toList();
    }

    List<Function<Lesson, String>> authoringSections(UUID course) {
        return authoringSections.stream().map(section -> section.apply(course)).toList();
    }
}
