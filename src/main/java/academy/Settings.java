package academy;

import academy.accounts.AccountsFeature;
import academy.reminders.RemindersFeature;
import academy.videos.VideosFeature;
import dozen.app.MaintenanceFeature;
import dozen.app.ProcessSettings;
import dozen.app.Services;
import dozen.app.Services.ConnectionLimits;
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

    ConnectionLimits connectionLimits() {
        return ConnectionLimits.of(services, workerThreads);
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
