package promises;

import dozen.app.Feature;
import dozen.app.Lifecycle;
import dozen.config.Env;
import dozen.http.Access;
import dozen.http.Routes;
import dozen.services.Postgres;
import java.time.Duration;
import org.jdbi.v3.core.Handle;

// docs/scale.md shows the rest of this file.
/** Figures for everybody. They come from a replica, so they may be a moment old. */
public final class FiguresFeature implements Feature {
    record Figures(int courses) {}

    public static Postgres.Url readUrl(Env env) {
        return env.setting("REPLICA_URL", "PostgreSQL for figures").secret(Postgres.Url::parse);
    }

    private final Postgres replica;

    public FiguresFeature(Postgres.Url url, Lifecycle lifecycle) {
        replica = lifecycle.register(new Postgres(url, 2, Duration.ofSeconds(5)));
    }

    @Override
    public void routes(Routes routes) {
        replica.connect();
        routes.get("/api/figures", Access.PUBLIC, context -> context.json(new Figures(courses())))
                .summary("How many courses there are")
                .returns(200, Figures.class);
    }

    private int courses() {
        return replica.jdbi().withHandle(FiguresFeature::count);
    }

    private static int count(Handle handle) {
        return handle.select("SELECT count(*) FROM courses").mapTo(int.class).one();
    }
}
