package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.config.Env.Setting;
import dozen.http.Json;
import dozen.jobs.Scheduler.Cron;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Settings declares every setting. The files that list them are compared with it; scripts/settings --write writes them. */
public class SettingsTest {
    private static final Pattern ENTRY = Pattern.compile("(?m)^ *\"([A-Z][A-Z0-9_]+)\": (\\{.*})");

    /** Every setting that there is. */
    public static List<Setting> declared() {
        return read(new Env(Map.of())).declared();
    }

    @Test
    void theFilesListEachSettingAsItIs() throws IOException {
        var page = "README.md";
        // for dozen
        page = "docs/settings.md";
        // end
        check(page, text -> listed(text, "\\| [A-Z][A-Z0-9_]+ \\|.*\n", SettingsTest::row));
        check(".env.example", text -> listed(text, "# [A-Z][A-Z0-9_]+=.*\n", SettingsTest::example));
        check("app.json", SettingsTest::described);
    }

    /** Names the first line that a file lacks or has too much, because twenty lines in one message hide it. */
    private static void check(String file, UnaryOperator<String> change) throws IOException {
        var path = Path.of(file);
        var text = change.apply(Files.readString(path));
        if (System.getenv("WRITE_SETTINGS") != null) Files.writeString(path, text);
        var expected = text.lines().toList();
        var lines = Files.readAllLines(path);
        for (var line : expected) assertTrue(lines.contains(line), () -> file + " lacks the line\n" + line);
        for (var line : lines) assertTrue(expected.contains(line), () -> file + " has a line too much\n" + line);
        assertEquals(expected, lines, file + " has another order");
    }

    /** The text with a line for each setting in place of the lines that match. */
    private static String listed(String text, String line, Function<Setting, String> made) {
        var list = declared().stream().map(made).collect(Collectors.joining());
        var lines = Pattern.compile("(?m)(^" + line + ")+").matcher(text);
        assertTrue(lines.find(), "there is no list of settings");
        assertFalse(lines.find(), "there are two lists of settings");
        return lines.replaceFirst(Matcher.quoteReplacement(list));
    }

    private static String row(Setting setting) {
        return "| %s | %s | %s |\n".formatted(setting.name(), setting.shownDefault(), setting.meaning());
    }

    /** The line has no value for a secret, nor for a default that is described in words. */
    private static String example(Setting setting) {
        var value = setting.defaultValue();
        var isWords = value == null || value.matches(".*[ $].*") || setting.secret();
        return "# %s=%s\n".formatted(setting.name(), isWords ? "" : value);
    }

    /** Which settings app.json has, in which order and with which values is the platform's; what they mean is told here. */
    private static String described(String text) {
        var meanings = declared().stream().collect(Collectors.toMap(Setting::name, Setting::meaning));
        return ENTRY.matcher(text).replaceAll(entry -> {
            var meaning = meanings.get(entry.group(1));
            assertNotNull(meaning, "app.json has " + entry.group(1) + ", which is no setting");
            var all = json(entry.group(2)).put("description", meaning).properties().stream()
                    .map(each -> "\"%s\": %s".formatted(each.getKey(), each.getValue()))
                    .collect(Collectors.joining(", ", "{ ", " }"));
            return Matcher.quoteReplacement(entry.group().replace(entry.group(2), all));
        });
    }

    private static ObjectNode json(String text) {
        try {
            return Json.MAPPER.readValue(text, ObjectNode.class);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
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
