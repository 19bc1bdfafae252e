package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.config.Env.Setting;
import dozen.jobs.Scheduler.Cron;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Settings declares every setting. What other files say about settings is checked against it. */
public class SettingsTest {
    /** Every setting that there is. */
    public static List<Setting> declared() {
        return read(new Env(Map.of())).declared();
    }

    private static String row(Setting setting) {
        var defaultValue =
                setting.required() ? "required" : setting.defaultValue() == null ? "unset" : setting.defaultValue();
        return "| %s | %s | %s |".formatted(setting.name(), defaultValue, setting.meaning());
    }

    @Test
    void thePageListsEachSettingAsItIs() throws IOException {
        var page = Path.of("README.md");
        // for dozen
        page = Path.of("docs/settings.md");
        // end
        var rows = Files.readAllLines(page).stream()
                .filter(line -> line.matches("\\| [A-Z][A-Z0-9_]+ \\|.*"))
                .toList();
        assertLines("README.md", declared().stream().map(SettingsTest::row).toList(), rows);
    }

    /** Names the first line that a file lacks or has too much, because twenty lines in one message hide it. */
    private static void assertLines(String file, List<String> expected, List<String> lines) {
        for (var line : expected) assertTrue(lines.contains(line), () -> file + " lacks the line\n" + line);
        for (var line : lines) assertTrue(expected.contains(line), () -> file + " has a line too much\n" + line);
        assertEquals(expected, lines, file + " has another order");
    }

    @Test
    void theExampleEnvironmentNamesEachSettingAndSetsNoSecret() throws IOException {
        var lines = Files.readAllLines(Path.of(".env.example")).stream()
                .filter(line -> line.matches("# [A-Z][A-Z0-9_]+=.*"))
                .toList();
        assertLines(
                ".env.example",
                declared().stream()
                        .map(setting ->
                                "# " + setting.name() + "=" + (setting.secret() ? "" : literal(setting.defaultValue())))
                        .toList(),
                lines);
    }

    /** Empty for a default that is described in words, because that is no value to set. */
    private static String literal(String defaultValue) {
        return defaultValue == null || defaultValue.matches(".*[ $].*") ? "" : defaultValue;
    }

    @Test
    void oneProcessOfEachTypeAndAReleaseFitIntoTheSmallestPlans() {
        var settings = read(new Env(Settings.EXAMPLE));
        var web = settings.webConnections();
        var few = Settings.FEW_CONNECTIONS;
        var told = settings.connections();
        assertTrue(web + settings.workerConnections() + few + Settings.RELEASE_CONNECTIONS <= 18, told);
        assertTrue(3 * settings.services().redis().poolSize() <= 18, told);
        assertTrue(told.contains("worker 7,"), told);
        var more = Map.of("DATABASE_URL", "postgres://a/b", "REDIS_URL", "redis://a", "WORKER_THREADS", "20");
        assertEquals(22, read(new Env(more)).workerConnections());
    }

    private static Settings read(Env env) {
        return Settings.read(env, ProcessSettings.read(env));
    }

    @Test
    void everyCronSettingIsValidated() {
        var times = declared().stream()
                .filter(setting -> setting.name().endsWith("_CRON"))
                .toList();
        assertFalse(times.isEmpty());
        for (var time : times) {
            Cron.parse(time.defaultValue());
            var env = new Env(Map.of(time.name(), "at noon"));
            read(env);
            assertTrue(env.faults().stream().anyMatch(line -> line.startsWith(time.name() + " must be a cron")));
        }
    }

    @Test
    void weakSecretKeysAreRefused() {
        for (var key : new String[] {"short", "a".repeat(64)}) {
            var env = new Env(Map.of("SECRET_KEY", key, "DATABASE_URL", "postgres://h/d", "REDIS_URL", "redis://h"));
            read(env);
            assertEquals(1, env.faults().size());
            assertTrue(env.faults().getFirst().startsWith("SECRET_KEY "));
        }
    }

    @Test
    void recordsOfSettingsPrintNoSecret() {
        var env = new Env(Map.of(
                "SECRET_KEY", "canary 0123456789 0123456789 0123456789",
                "DATABASE_URL", "postgres://u:canary@h/d?sslpassword=canary",
                "REDIS_URL", "redis://u:canary@h",
                "METRICS_TOKEN", "canary 0123456789"));
        assertTrue(!read(env).toString().contains("canary"));
    }
}
