package academy.videos;

import academy.courses.Lesson;
import dozen.pages.Layout;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Renders the HTML that videos add to other pages: the player of a lesson's film, and the upload form. */
record VideoFragments(Layout layout, Videos videos, VideoLinks links) {
    /** Renders the player of a lesson's film, or the progress of its conversion; empty for a lesson without a film. */
    String player(Lesson lesson) {
        return videos.ofLesson(lesson.id())
                .map(links::view)
                .map(view -> layout.fragment("videos/player", values(lesson, view)))
                .orElse("");
    }

    private static Map<String, Object> values(Lesson lesson, VideoLinks.View view) {
        var isUnderWay = view.status() == Video.Status.QUEUED || view.status() == Video.Status.TRANSCODING;
        if (isUnderWay) {
            var state = view.status() == Video.Status.QUEUED ? "waits to be prepared" : "is being prepared";
            return Map.of(
                    "plays", false, "waits", view.id(), "state", state, "progress", view.progress(), "fault", false);
        }
        if (view.url() == null) {
            var reason = Optional.ofNullable(view.reason()).orElse("Films can't be played at the moment.");
            return Map.of("plays", false, "waits", false, "fault", reason);
        }
        var poster = Optional.ofNullable(view.poster()).<Object>map(address -> address);
        return Map.of(
                "id", lesson.id(), "plays", view.url(), "poster", poster.orElse(false), "waits", false, "fault", false);
    }

    /** Returns what renders the upload form of each lesson of a course. */
    Function<Lesson, String> uploadForms(UUID course) {
        var films = videos.ofCourse(course);
        return lesson -> {
            var film = films.get(lesson.id());
            var status = film == null ? "none" : film.status().text();
            return layout.fragment("videos/upload", Map.of("title", lesson.title(), "film", status));
        };
    }
}
