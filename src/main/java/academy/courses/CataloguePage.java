package academy.courses;

import academy.pages.Layout;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The home page: all courses, or those that match a search. */
public final class CataloguePage {
    private final Layout layout;
    private final CourseRoutes courses;

    public CataloguePage(Layout layout, CourseRoutes courses) {
        this.layout = layout;
        this.courses = courses;
    }

    public void register(Routes routes) {
        routes.page("/", Access.PUBLIC, this::show);
    }

    private void show(Context context) {
        var words = Params.query(context, "q") == null ? "" : Params.query(context, "q");
        var page = courses.find(words, Params.slice(context));
        layout.answer(
                context,
                "catalogue",
                "Courses",
                Map.of(
                        "q",
                        words,
                        "begun",
                        Params.query(context, "cursor") != null,
                        "courses",
                        page.items(),
                        "next",
                        page.next() == null ? false : next(words, page.next())));
    }

    private static String next(String words, String cursor) {
        return "/?q=%s&cursor=%s".formatted(URLEncoder.encode(words, StandardCharsets.UTF_8), cursor);
    }
}
