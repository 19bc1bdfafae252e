package dozen.status;

import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Lifecycle;
import dozen.app.ProcessSettings;
import dozen.app.Services;
import dozen.config.Env;
import dozen.config.Env.Setting;
import dozen.http.Access;
import dozen.http.Routes;
import dozen.jobs.Worker;
import java.util.List;

/**
 * Serves {@code /status}, which shows the running system and the twelve factors to people, and {@code /api/status}, the
 * same data for programs. Every process reports itself to it through Redis.
 */
public final class StatusFeature implements Feature {
    private final Access access;
    private final ProcessSettings process;
    private final List<Setting> settings;
    private final Services services;
    private final Feature.All features;
    private String name;

    /**
     * @param access who may see the page
     * @param settings every setting that was declared
     * @param features all features of the application, whose tasks the page names
     */
    public StatusFeature(
            Access access, ProcessSettings process, List<Setting> settings, Services services, Feature.All features) {
        this.access = access;
        this.process = process;
        this.settings = settings;
        this.services = services;
        this.features = features;
    }

    public static Access readAccess(Env env) {
        var isPublic = env.setting("STATUS_PUBLIC", "true shows /status to everybody, not to admins alone")
                .bool(false);
        return isPublic ? Access.PUBLIC : Access.ADMIN;
    }

    @Override
    public void join(String processType, Lifecycle lifecycle) {
        name = lifecycle.processName(processType);
        ProcessRegistry.join(services.redis(), processType, process.release(), lifecycle);
    }

    @Override
    public void jobs(Worker worker) {
        worker.observe(JobStats.observer(services.redis()));
    }

    @Override
    public void routes(Routes routes) {
        var layout = services.layout();
        layout.asset("status/status.js");
        layout.navigation("Status", "/status", Access.ADMIN);
        var status = new Status(name, process, settings, Commands.of(features).taskNames(), services);
        routes.document("/openapi/status.json");
        routes.get("/api/status", access, context -> context.json(status.read()));
        routes.get("/status", access, context -> {
            Routes.html(context, layout.fragment("status/status", View.of(status.read())));
        });
    }
}
