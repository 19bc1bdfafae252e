package dozen.pages;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.domain.Caller;
import dozen.http.Access;
import dozen.http.Json;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.security.Signer;
import dozen.services.ServiceUnavailable;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The frame of all pages: head, navigation and who is logged in. Features add what they need to it. */
public final class Layout {
    private static final String SESSIONS_UNAVAILABLE = "dozen.sessionsUnavailable";

    private record Link(String label, String path, Access access) {}

    public final String application;
    private final Assets assets = new Assets();
    private final List<Link> navigation = new ArrayList<>();
    private final List<Link> footer = new ArrayList<>();
    private String media = "";

    /** @param application the application's name, which every page shows */
    public Layout(String application) {
        this.application = application;
        List.of("dozen/icon.svg", "dozen/dozen.js", "dozen/dozen.css").forEach(assets::add);
    }

    /** Adds a link to the navigation. Only admins see a link for admins; all others are shown to everybody. */
    public void navigation(String label, String path, Access access) {
        navigation.add(new Link(label, path, access));
    }

    public void footer(String label, String path) {
        footer.add(new Link(label, path, Access.PUBLIC));
    }

    /**
     * Adds a style sheet to every page, or serves a script or a picture, which templates name as {{assets}}/name.
     *
     * @param name a path below {@code public/}
     */
    public void asset(String name) {
        assets.add(name);
    }

    /**
     * Lets every page load pictures, sound and moving pictures from another origin, such as https://files.example, and
     * service workers send files there.
     */
    public void media(String origin) {
        media = origin;
    }

    /** Registers the assets, and a home page unless a feature has one. Call it after the features' routes. */
    public void register(Routes routes) {
        assets.register(routes, media);
        if (routes.operations().stream().noneMatch(each -> each.method.equals("GET") && each.path.equals("/"))) {
            routes.page("/", Access.PUBLIC, context -> answer(context, "", "Home", Map.of()));
        }
    }

    /** @param template a path below {@code templates/}, without .html; empty for the home page, which the frame has */
    public void answer(Context context, String template, String title, Map<String, ?> values) {
        var all = frame(title);
        values.forEach(all::putIfAbsent);
        visitor(context).ifPresent(viewer -> {
            all.put("viewer", viewer.name());
            all.put("navigation", links(viewer.isAdmin()));
        });
        all.put("sessionsUnavailable", context.attribute(SESSIONS_UNAVAILABLE) != null);
        Routes.html(context, page(template, all), media);
    }

    /**
     * Answers as {@link #answer} does. A visitor who is not logged in may keep the page, and gets 304 while it is current.
     * Nobody's own page is kept, so that none can be read after the log-out. It is for pages without personal data.
     */
    public void answerCacheable(Context context, String template, String title, Map<String, ?> values) {
        answer(context, template, title, values);
        if (visitor(context).isPresent()) return;
        context.header("Cache-Control", "private, no-cache").header("ETag", Assets.tag(Signer.hash(context.result())));
    }

    /** The caller, for a public page; empty also while log-ins can't be looked up, because the page can still be read. */
    public static Optional<Caller> visitor(Context context) {
        if (context.attribute(SESSIONS_UNAVAILABLE) != null) return Optional.empty(); // each try may take seconds
        try {
            return Routes.visitor(context);
        } catch (RuntimeException e) {
            if (!ServiceUnavailable.isCauseOf(e)) throw e;
            context.attribute(SESSIONS_UNAVAILABLE, true);
            return Optional.empty();
        }
    }

    /** Renders a part of a page, which another feature shows; the template is named as for {@link #answer}. */
    public String fragment(String template, Map<String, Object> values) {
        var all = new HashMap<>(values);
        all.put("assets", assets.folder());
        return Resources.render(template + ".html", all);
    }

    /** Returns the values for a form's inputs: those that the form was sent with, or else the record's. */
    public static Map<String, Object> values(Context context, Record record) {
        var values = values(record);
        Params.form(context).forEach((field, text) -> values.replace(field, value(text)));
        return values;
    }

    /** Returns the fields of a record as texts, empty for null. True and false stay booleans, so a section can test them. */
    public static Map<String, Object> values(Record record) {
        ObjectNode fields = Json.MAPPER.valueToTree(record);
        var values = new HashMap<String, Object>();
        for (var field : fields.properties())
            values.put(field.getKey(), value(field.getValue().asText("")));
        return values;
    }

    private static Object value(String text) {
        return text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : text;
    }

    private Map<String, Object> frame(String title) {
        var frame = new HashMap<String, Object>();
        frame.put("title", title);
        frame.put("application", application);
        frame.put("assets", assets.folder());
        frame.put("navigation", links(false));
        frame.put("footer", footer);
        frame.put("viewer", false);
        return frame;
    }

    private List<Link> links(boolean isAdmin) {
        return navigation.stream()
                .filter(link -> isAdmin || link.access() != Access.ADMIN)
                .toList();
    }

    /** Renders the page for errors, without looking up who is logged in: that may be the very service that failed. */
    public String problem(Map<String, Object> problem) {
        var all = frame(String.valueOf(problem.get("title")));
        all.put("sessionsUnavailable", true);
        all.put("problem", problem);
        return page("dozen/problem", all);
    }

    private static String page(String template, Map<String, Object> values) {
        values.put("content", template.isEmpty() ? "" : Resources.render(template + ".html", values));
        return Resources.render("dozen/page.html", values);
    }
}
