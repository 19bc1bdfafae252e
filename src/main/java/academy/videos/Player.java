package academy.videos;

import academy.courses.Lesson;
import academy.pages.Layout;
import java.util.Map;
import java.util.Optional;

/** The film of a lesson on the lesson's page: it plays, or shows how far its preparation is. */
public final class Player {
    private final Layout layout;
    private final Videos videos;
    private final VideoLinks links;

    public Player(Layout layout, Videos videos, VideoLinks links) {
        this.layout = layout;
        this.videos = videos;
        this.links = links;
    }

    /** Renders the film as HTML, which is empty for a lesson without one. */
    public String render(Lesson lesson) {
        return Optional.ofNullable(lesson.video())
                .flatMap(each -> videos.find(each.id()))
                .map(links::view)
                .map(view -> layout.fragment("player", values(lesson, view)))
                .orElse("");
    }

    private static Map<String, Object> values(Lesson lesson, VideoLinks.View view) {
        if (view.url() == null) return Map.of("plays", false, "waits", view.id(), "progress", view.progress());
        var poster = Optional.ofNullable(view.poster()).<Object>map(address -> address);
        return Map.of("id", lesson.id(), "plays", view.url(), "poster", poster.orElse(false), "waits", false);
    }
}
