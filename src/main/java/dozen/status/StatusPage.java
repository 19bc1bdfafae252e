package dozen.status;

import dozen.http.Access;
import dozen.http.Assets;
import dozen.http.Html;
import dozen.http.Routes;
import dozen.pages.Templates;

/**
 * Serves {@code /status}, which shows the running system and the twelve factors to people, and {@code /api/status}, the
 * same data for programs.
 */
public final class StatusPage {
    private final Status status;
    private final Access access;
    private final Assets assets;
    private final Templates templates;

    /** @param access who may see it */
    public StatusPage(Status status, Access access, Assets assets, Templates templates) {
        this.status = status;
        this.access = access;
        this.assets = assets;
        this.templates = templates;
    }

    public void register(Routes routes) {
        routes.get("/api/status", access, context -> context.json(status.read()));
        routes.get("/status", access, context -> {
            var view = View.of(status.read(), assets.folder());
            Html.answer(context, templates.render("dozen/status.html", view));
        });
    }
}
