package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.TestSettings;
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
        return TestSettings.declared().stream().collect(Collectors.toMap(Setting::name, setting -> setting));
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
    void composeUsesKnownSettingsAndTheServicesOfTheTests() throws IOException {
        var compose = yaml("docker-compose.yml").getFirst();
        var known = settings().keySet();
        assertTrue(known.containsAll(names(compose.at("/x-app/environment"))));
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
        assertEquals(stages, github);
    }
}
