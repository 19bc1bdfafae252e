package academy;

import academy.accounts.AccountsFeature;
import academy.reminders.RemindersFeature;
import academy.videos.VideosFeature;
import dozen.app.MaintenanceFeature;
import dozen.app.ProcessSettings;
import dozen.app.Services;
import dozen.config.Env;
import dozen.config.Env.Setting;
import dozen.config.Secret;
import dozen.files.FileStorage;
import dozen.http.Access;
import dozen.http.Server;
import dozen.jobs.Scheduler.Cron;
import dozen.jobs.Worker;
import dozen.metrics.MetricsFeature;
import dozen.status.StatusFeature;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every setting, in groups: the kit's and each feature's. They are read once, from the environment alone. */
public record Settings(
        ProcessSettings process,
        Server.Settings http,
        Services.Settings services,
        Optional<Secret> metricsToken,
        Access statusReaders,
        int workerThreads,
        Cron purge,
        AccountsFeature.Settings accounts,
        // for videos
        // for certificates
        Optional<FileStorage.Settings> files,
        // end
        VideosFeature.Settings videos,
        RemindersFeature.Settings reminders,
        List<Setting> declared) {
    /** A value for each required setting, so that the tasks can be listed without real settings. */
    static final Map<String, String> EXAMPLE = Map.of(
            "DATABASE_URL", "postgres://localhost/example",
            "REDIS_URL", "redis://localhost",
            "SECRET_KEY", "an example, which signs nothing at all");

    /** The most connections to PostgreSQL of a scheduler, a task or the console. */
    static final int FEW_CONNECTIONS = 2;
    /** A release opens one for its lock, and Flyway opens two. */
    static final int RELEASE_CONNECTIONS = 3;

    int webConnections() {
        return services.postgres().poolSize();
    }

    /**
     * A worker needs one for each thread, and two for taking jobs, deleting those that were done, and heartbeats. Job
     * types with threads of their own hold no connection for long.
     */
    int workerConnections() {
        return Math.max(webConnections(), workerThreads + 2);
    }

    /**
     * Says how many connections one process of each type opens. With the defaults, a process of each type and a release
     * open at most 18 to each server, because the smallest plans of managed services allow 20.
     */
    String connections() {
        return """
                A process opens at most these connections to PostgreSQL: web %d, worker %d, scheduler and task %d, \
                release %d; and %d to Redis, but release none.""".formatted(
                        webConnections(),
                        workerConnections(),
                        FEW_CONNECTIONS,
                        RELEASE_CONNECTIONS,
                        services.redis().poolSize());
    }

    static Settings read(Env env, ProcessSettings process) {
        return new Settings(
                process,
                Server.Settings.read(env, process.drain()),
                Services.Settings.read(env, Main.NAME),
                MetricsFeature.readToken(env),
                StatusFeature.readAccess(env),
                Worker.readThreads(env),
                MaintenanceFeature.readPurgeCron(env),
                AccountsFeature.Settings.read(env),
                // for videos
                // for certificates
                FileStorage.Settings.read(env),
                // end
                VideosFeature.Settings.read(env),
                RemindersFeature.Settings.read(env),
                env.settings());
    }
}
