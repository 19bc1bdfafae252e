package dozen.status;

import dozen.http.Assets;
import dozen.http.Html;
import dozen.templates.Templates;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.function.Consumer;

/** {@code /status}: the twelve factors alive, for people; {@code /api/status}: the same for programs. */
public final class StatusPage {
    private final Status status;
    private final Consumer<Context> guard;
    private final Assets assets;
    private final Templates templates;

    /** @param guard throws a problem for whom the page is not for */
    public StatusPage(Status status, Consumer<Context> guard, Assets assets, Templates templates) {
        this.status = status;
        this.guard = guard;
        this.assets = assets;
        this.templates = templates;
    }

    public void register(RoutesConfig routes) {
        routes.get("/api/status", context -> {
            guard.accept(context);
            context.json(status.read());
        });
        routes.get("/status", context -> {
            guard.accept(context);
            var view = View.of(status.read(), assets.folder());
            Html.answer(context, templates.render("dozen/status.html", view));
        });
    }
}
