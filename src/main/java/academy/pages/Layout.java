package academy.pages;

import dozen.http.Assets;
import dozen.http.Html;
import dozen.http.ProblemPage;
import dozen.pages.Templates;
import dozen.services.TransientFailures;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The frame of all pages of Academy: head, navigation and who is logged in. */
public final class Layout {
    /** The person who looks at a page. */
    public record Viewer(String name, boolean admin) {}

    private final Templates templates;
    private final Assets assets;
    private final Function<Context, Optional<Viewer>> viewers;
    private final String media;

    /** @param media the origin that films come from; empty for none */
    public Layout(Templates templates, Assets assets, Function<Context, Optional<Viewer>> viewers, String media) {
        this.templates = templates;
        this.assets = assets;
        this.viewers = viewers;
        this.media = media;
    }

    /** @param template below templates/pages, without .html */
    public void answer(Context context, String template, String title, Map<String, ?> values) {
        var all = new HashMap<String, Object>(values);
        all.putAll(around(title));
        try {
            viewers.apply(context).ifPresent(viewer -> {
                all.put("viewer", viewer.name());
                all.put("admin", viewer.admin());
            });
        } catch (RuntimeException e) {
            if (!TransientFailures.is(e)) throw e;
            all.put("logInsAway", true); // public pages can still be read
        }
        Html.answer(context, templates.render("pages/" + template + ".html", all), media);
    }

    /**
     * Renders a part of a page, which another feature shows.
     *
     * @param template below templates/pages, without .html
     */
    public String fragment(String template, Map<String, Object> values) {
        return templates.render("pages/" + template + ".html", values);
    }

    private Map<String, Object> around(String title) {
        return Map.of("title", title, "assets", assets.folder(), "viewer", false, "admin", false, "logInsAway", false);
    }

    /**
     * Makes the page for errors. It does not look up who is logged in, because that may be the very service that
     * failed.
     */
    public ProblemPage problemPage() {
        return problem -> {
            var all = new HashMap<>(around(problem.title()));
            all.put("logInsAway", true);
            all.put("problem", problem.values());
            return templates.render("pages/problem.html", all);
        };
    }
}
