package academy;

import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.config.Env.Setting;
import java.util.List;
import java.util.Map;

/** The settings as a process reads them, for tests. */
public final class TestSettings {
    private TestSettings() {}

    /** @throws IllegalArgumentException when one is missing or bad */
    public static Settings read(Map<String, String> environment) {
        var env = new Env(environment);
        var settings = Settings.read(env, ProcessSettings.read(env));
        if (!env.faults().isEmpty())
            throw new IllegalArgumentException(env.faults().toString());
        return settings;
    }

    /** Every setting that there is. */
    public static List<Setting> declared() {
        var env = new Env(Map.of());
        return Settings.read(env, ProcessSettings.read(env)).declared();
    }
}
