package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import academy.RunningAcademy;
import academy.SettingsTest;
import dozen.config.Env.Setting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What README and docs/ say is so: a block of code stands in a source file, a command is run by a test, settings can be
 * read, and what a page names exists.
 */
class DocsTest {
    /** What runs the blocks of a page, of a section of docs/deploy.md, or in a language, as they stand there. */
    private static final Map<String, String> RUN_BY = Map.of(
            "docs/first-feature.md", "dev/FirstFeature.java",
            "Heroku", ".ci/checks/heroku.mjs",
            "One server with systemd", ".ci/systemd",
            "Any machine with foreman", "dev/ForemanIT.java",
            "Docker Compose", ".ci/compose",
            "nginx", "promises/LocalProxy.java",
            "haproxy", "promises/LocalProxy.java",
            "redis", "promises/ScalePageTest.java",
            "json", "promises/ScalePageTest.java");
    /** These sections need an account or a cluster, so only the form of their commands is checked. */
    private static final Set<String> FORM_ALONE =
            Set.of("Dokku", "Render", "Fly", "Railway", "Kamal", "Cloud Native Buildpacks", "Kubernetes");
    /** What pages name that is no file or name of the project. */
    private static final Set<String> FOREIGN =
            Set.of("../shop", ".dev/env", "railway.json", "JAVA_TOOL_OPTIONS", "SESSION_STORE");

    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```(.*?)\\n(.*?)^ *```$");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern LINK = Pattern.compile("(?:\\]\\(|src=\")([^):\"#]+)[)\"#]");
    private static final Pattern ASSIGNED = Pattern.compile("\\b([A-Z_]+)=");
    private static final Pattern OUR_PATH = Pattern.compile("(?<![\\w/])((?:deploy|scripts)/[\\w./@-]+)");

    private static final Set<String> SETTINGS =
            SettingsTest.declared().stream().map(Setting::name).collect(Collectors.toSet());

    private static Sources sources;

    @BeforeAll
    static void readSources() throws IOException {
        sources = Sources.read("DocsTest.java");
    }

    @Test
    void whatThePagesSayIsSo() throws IOException {
        var faults = new ArrayList<>(faults("AGENTS.md"));
        faults.addAll(faults("SECURITY.md"));
        for (var page : Readme.pages()) faults.addAll(faults(page.toString()));
        assertEquals("", String.join("\n", faults));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "```java\nclass Nowhere {}\n```",
                "```java\n```",
                "```python\nprint()\n```",
                "```\nNO_SUCH_SETTING=1\n```",
                "```\nDATABASE_URL=somewhere\n```",
                "`scripts/nowhere`",
                "`scripts/server --nowhere`",
                "`src/main/java/Nowhere.java`",
                "`Nowhere.java`",
                "`NowhereAtAll`",
                "`Jobs.nowhereAtAll`",
                "`NO_SUCH_SETTING`",
                "`task no-such-task`",
                "[a page](docs/nowhere.md)",
                "## Nowhere\n```console\n$ nowhere\n```",
                "## Fly\n```console\n$ fly 'deploy\n```",
                "## Fly\n```console\n$ fly deploy --config deploy/nowhere.toml\n```",
                "## Fly\n```console\n$ fly secrets set NO_SUCH_SETTING=1\n```"
            })
    void whatIsNotSoIsFound(String text) {
        assertFalse(faults("docs/deploy.md", text).isEmpty());
    }

    /** A bare fork has these sources, and no pages. */
    @Test
    void theSourcesNameNoPage() throws IOException {
        var naming = new ArrayList<Path>();
        for (var file : Machine.files(Path.of("src/main"), "")) {
            var text = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (Pattern.compile("\\w\\.md\\b").matcher(text).find()) naming.add(file);
        }
        assertEquals(List.of(), naming);
    }

    private static List<String> faults(String page) throws IOException {
        if (RUN_BY.containsKey(page)) return isRun(page) ? List.of() : List.of(page + ": no test follows it");
        return faults(page, Files.readString(Path.of(page))).stream()
                .map(fault -> page + ": " + fault)
                .toList();
    }

    private static List<String> faults(String page, String text) {
        var faults = missing(page, BLOCK.matcher(text).replaceAll(""));
        for (var block : BLOCK.matcher(text).results().toList()) {
            var body = block.group(2);
            switch (block.group(1)) {
                case "java", "html", "sql" -> {
                    if (!sources.haveExcerpt(body)) faults.add("no source file has this block:\n" + body);
                }
                // ReadmeIT fails when it has not run a command of the other pages.
                case "console" -> {
                    if (Readme.ELSEWHERE.contains(page)) faults.addAll(commandFaults(text, block));
                }
                case "" -> faults.addAll(settingFaults(text, body));
                default -> {
                    if (!isRun(block.group(1))) faults.add("no test runs a block in " + block.group(1));
                }
            }
        }
        return faults;
    }

    private static boolean isRun(String part) {
        return RUN_BY.containsKey(part) && sources.haveFile(RUN_BY.get(part));
    }

    /** What the text names, in backticks or by a link, and what is not there. */
    private static List<String> missing(String page, String text) {
        var missing = new ArrayList<String>();
        for (var found : NAME.matcher(text).results().toList()) {
            var name = found.group(1).replace("\n", " ");
            if (!FOREIGN.contains(name) && !sources.have(name)) missing.add("there is no " + name);
        }
        var folder = Path.of(page).toAbsolutePath().getParent();
        for (var found : LINK.matcher(text).results().toList()) {
            if (!Files.exists(folder.resolve(found.group(1)))) missing.add("there is no " + found.group(1));
        }
        return missing;
    }

    private static List<String> commandFaults(String text, MatchResult block) {
        var faults = new ArrayList<String>();
        var sections = text.substring(0, block.start()).split("(?m)^## ");
        var section = sections[sections.length - 1].lines().findFirst().orElse("");
        if (!isRun(section) && !FORM_ALONE.contains(section)) faults.add("nothing runs " + section);
        for (var command : Readme.of(block.group().lines().toList()).commands()) {
            var line = command.line();
            if (!isShell(line)) faults.add("no shell reads this: " + line);
            for (var found : ASSIGNED.matcher(line).results().toList()) {
                if (!SETTINGS.contains(found.group(1))) faults.add("there is no setting " + found.group(1));
            }
            for (var found : OUR_PATH.matcher(line).results().toList()) {
                if (!sources.haveFile(found.group(1))) faults.add("there is no " + found.group(1));
            }
        }
        return faults;
    }

    private static boolean isShell(String command) {
        try {
            return new ProcessBuilder("bash", "-n", "-c", command).start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Settings must be readable beside those that each process needs. A page's own code may declare others. */
    private static List<String> settingFaults(String page, String body) {
        var faults = new ArrayList<String>();
        var settings = new HashMap<>(Map.of(
                "DATABASE_URL", "postgres://one/app",
                "REDIS_URL", "redis://one",
                "SECRET_KEY", "0123456789abcdef0123456789abcdef"));
        for (var line : body.lines().toList()) {
            var setting = line.split("=", 2);
            if (!SETTINGS.contains(setting[0]) && !page.contains("\"" + setting[0] + "\""))
                faults.add("no setting: " + line);
            settings.put(setting[0], setting.length > 1 ? setting[1] : "");
        }
        try {
            RunningAcademy.settings(settings);
        } catch (IllegalArgumentException e) {
            faults.add(e.getMessage());
        }
        return faults;
    }
}
