package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.SettingsTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.Processes.Procfile;
import dozen.config.Env.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The deploy files of all platforms name the same process types, settings and services. */
class DeployFilesTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    /** The settings that a platform's add-ons provide. */
    private static final List<String> ATTACHED = List.of("DATABASE_URL", "REDIS_URL");

    private static JsonNode json(String file) throws IOException {
        return new ObjectMapper().readTree(Path.of(file).toFile());
    }

    private static List<JsonNode> yaml(String file) throws IOException {
        try (var documents = YAML.readerFor(JsonNode.class)
                .<JsonNode>readValues(Path.of(file).toFile())) {
            return documents.readAll();
        }
    }

    private static TreeSet<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Map<String, Setting> settings() {
        return SettingsTest.declared().stream().collect(Collectors.toMap(Setting::name, setting -> setting));
    }

    @Test
    void theAppManifestAsksForWhatNoAddOnGivesAndHoldsNoSecret() throws IOException {
        var env = json("app.json").get("env");
        var settings = settings();
        for (var name : names(env)) {
            assertTrue(settings.containsKey(name), "no such setting: " + name);
            if (settings.get(name).secret()) assertFalse(env.get(name).has("value"), name);
        }
        for (var setting : settings.values()) {
            var given = ATTACHED.contains(setting.name()) || env.has(setting.name());
            assertTrue(given || !setting.required(), "nobody gives " + setting.name());
        }
        assertEquals("secret", env.at("/SECRET_KEY/generator").asText());
    }

    @Test
    void everyPlatformRunsTheProcessTypesOfProcfile() throws IOException {
        var procfile = Procfile.read(Path.of("Procfile"));
        var types = new TreeSet<>(procfile.processTypes().keySet());
        assertTrue(procfile.release().endsWith(" release"));
        assertEquals(types, names(json("app.json").get("formation")));
        var services = yaml("docker-compose.yml").getFirst().get("services");
        assertTrue(names(services).containsAll(types));
        for (var type : types)
            assertEquals(type, services.at("/" + type + "/command/0").asText());
        assertEquals("release", services.at("/release/command/0").asText());
        var kubernetes = new TreeSet<String>();
        for (var document : yaml("deploy/kubernetes.yml")) {
            document.findValues("args")
                    .forEach(arguments -> kubernetes.add(arguments.get(0).asText()));
        }
        types.add("release");
        assertEquals(types, kubernetes);
    }

    @Test
    void everyHostedPlatformRunsTheProcessTypesOfProcfileAndLetsThemDrain() throws IOException {
        var procfile = Procfile.read(Path.of("Procfile"));
        var types = new TreeSet<>(procfile.processTypes().keySet());
        var least = Integer.parseInt(settings().get("SHUTDOWN_GRACE_SECONDS").defaultValue()) + 5;

        var render = new TreeSet<String>();
        for (var service : yaml("deploy/render.yaml").getFirst().get("services")) {
            if (!service.has("dockerCommand")) continue;
            render.add(service.get("dockerCommand").asText());
            assertEquals("release", service.at("/preDeployCommand").asText());
            assertTrue(service.at("/maxShutdownDelaySeconds").asInt() >= least, service.toString());
        }
        assertEquals(types, render);

        var kamal = yaml("deploy/kamal.yml").getFirst();
        assertEquals(types, names(kamal.get("servers")));
        for (var type : types) {
            var role = kamal.at("/servers/" + type);
            assertEquals(type, role.get("cmd").asText());
            assertTrue(role.get("stop_timeout").asInt() >= least, type);
        }
        assertTrue(Files.readString(Path.of("deploy/hooks/pre-deploy")).endsWith(" release\n"));
        assertTrue(Files.isExecutable(Path.of("deploy/hooks/pre-deploy")));

        var fly = Files.readString(Path.of("deploy/fly.toml"));
        assertEquals(types, found("^  (\\w+) = \"\\1\"$", fly));
        assertTrue(fly.contains("release_command = \"release\""));
        assertTrue(numberIn("^kill_timeout = (\\d+)$", fly) >= least);

        var railway = Files.readString(Path.of("deploy/railway.ts"));
        assertEquals(types, found("^      process\\(\"(\\w+)\"", railway));
        assertTrue(railway.contains("preDeployCommand: [`${app} release`]"));
        assertTrue(numberIn("drainingSeconds: (\\d+),", railway) >= least);

        var unit = Files.readString(Path.of("deploy/systemd/app@.service"));
        var command = procfile.processTypes().get("web").replaceFirst("web$", "%i\n");
        assertTrue(unit.contains("ExecStart=/usr/bin/" + command), command);
        assertTrue(numberIn("^TimeoutStopSec=(\\d+)$", unit) >= least);

        var document = Files.readString(Path.of("docs/deploy.md"));
        assertTrue(numberIn("^\\$ foreman start .* -t (\\d+)$", document) >= least);
    }

    /** Returns what the pattern's group matches in a file that this test has no parser for. */
    private static TreeSet<String> found(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static int numberIn(String pattern, String text) {
        return Integer.parseInt(found(pattern, text).getFirst());
    }

    @Test
    void hostedPlatformsSetKnownSettings() throws IOException {
        var known = new TreeSet<>(settings().keySet());
        known.add("DOCKER_TARGET"); // of the Dockerfile, not of the application
        var render = yaml("deploy/render.yaml").getFirst();
        var given = new TreeSet<>(render.findValuesAsText("key"));
        assertTrue(known.containsAll(given), "Render: " + given);
        var kamal = yaml("deploy/kamal.yml").getFirst().get("env");
        var ofKamal = names(kamal.get("clear"));
        kamal.get("secret").forEach(name -> ofKamal.add(name.asText()));
        assertTrue(known.containsAll(ofKamal), "Kamal: " + ofKamal);
        for (var file : List.of("deploy/fly.toml", "deploy/railway.ts")) {
            var names = found("^ +([A-Z][A-Z0-9_]+)(?: =|:) ", Files.readString(Path.of(file)));
            assertFalse(names.isEmpty(), file);
            assertTrue(known.containsAll(names), file + ": " + names);
        }
        for (var setting : settings().values()) {
            if (!setting.required()) continue;
            assertTrue(given.contains(setting.name()), "Render lacks " + setting.name());
            assertTrue(ofKamal.contains(setting.name()), "Kamal lacks " + setting.name());
        }
    }

    @Test
    void composeUsesKnownSettingsAndTheServicesOfTheTests() throws IOException {
        var compose = yaml("docker-compose.yml").getFirst();
        var known = settings().keySet();
        assertTrue(known.containsAll(names(compose.at("/x-app/environment"))));
        var development = yaml("docker-compose.dev.yml").getFirst();
        assertTrue(known.containsAll(names(development.at("/services/app/environment"))));
        // Factor X: the PostgreSQL of the tests has this major version.
        assertEquals("postgres:18", compose.at("/services/postgres/image").asText());
        assertTrue(Files.readString(Path.of("pom.xml")).contains("<postgres.version>18."));
    }

    @Test
    void everyPodIsBoundedUnprivilegedAndOutlivesItsDrain() throws IOException {
        for (var document : yaml("deploy/kubernetes.yml")) {
            var pod = document.at("/spec/template/spec");
            if (pod.isMissingNode()) continue;
            var name = document.at("/metadata/name").asText();
            assertTrue(pod.at("/securityContext/runAsNonRoot").asBoolean(), name);
            var container = pod.at("/containers/0");
            assertTrue(container.at("/securityContext/readOnlyRootFilesystem").asBoolean(), name);
            assertTrue(container.at("/resources/limits/memory").isTextual(), name);
            if (!document.get("kind").asText().equals("Deployment")) continue;
            var grace = settings().get("SHUTDOWN_GRACE_SECONDS").defaultValue();
            var preStop = container.at("/lifecycle/preStop/sleep/seconds").asInt();
            assertTrue(pod.get("terminationGracePeriodSeconds").asInt() >= Integer.parseInt(grace) + preStop + 5, name);
        }
    }

    @Test
    void pipelinesHaveTheSameThreeStages() throws IOException {
        var stages = List.of("build", "release", "deploy");
        var gitlab = yaml(".gitlab-ci.yml").getFirst();
        assertEquals(
                stages,
                StreamSupport.stream(gitlab.get("stages").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList());
        var github = new ArrayList<String>();
        yaml(".github/workflows/ci.yml").getFirst().get("jobs").fieldNames().forEachRemaining(github::add);
        github.retainAll(stages); // there may be more jobs, such as one that tries what is built
        assertEquals(stages, github);
    }

    @Test
    void editorsStartMainOnTheServicesOfThisMachine() throws IOException {
        var types = Procfile.read(Path.of("Procfile")).processTypes().keySet();
        for (var each : json(".vscode/launch.json").get("configurations")) {
            assertEquals(academy.Main.class.getName(), each.get("mainClass").asText());
            assertEquals("${workspaceFolder}/.dev/env", each.get("envFile").asText());
            assertTrue(types.contains(each.get("args").asText()), each.toString());
        }
        for (var type : List.of("web", "worker")) {
            var text = Files.readString(Path.of(".run/" + type + ".run.xml"));
            assertTrue(text.contains("\"MAIN_CLASS_NAME\" value=\"" + academy.Main.class.getName() + "\""), text);
            assertTrue(text.contains("$PROJECT_DIR$/.dev/env") && text.contains("value=\"" + type + "\""), text);
            var module = found("<module name=\"(.*)\" />", text).getFirst();
            assertTrue(
                    Files.readString(Path.of("pom.xml")).contains("<artifactId>" + module + "</artifactId>"), module);
        }
        var development = yaml("docker-compose.dev.yml").getFirst();
        assertEquals(
                development.at("/services/app/image"),
                json(".devcontainer/devcontainer.json").get("image"));
    }
}
