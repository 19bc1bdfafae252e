package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.FreshClone.Started;
import dozen.http.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs docs/deploy.md's commands for foreman in a fresh clone that has this folder's build. Needs foreman. */
@Tag("long")
class ForemanIT {
    private static final Map<String, Integer> FORMATION = Map.of("web", 1, "worker", 2, "scheduler", 1);
    /** Foreman starts web on the port that comes this much after the one it is given. */
    private static final int WEB_OFFSET = 100;

    @Test
    void theCommandsReleaseMakeAnAdminAndRunAllProcessesUntilSigterm(@TempDir Path temporary) throws Exception {
        var clone = FreshClone.into(temporary.resolve("clone"));
        var built = Path.of("target").toAbsolutePath();
        clone.run("mkdir target && cp -a '%1$s/app.jar' '%1$s/lib' target".formatted(built));
        var services = TestServices.shared();
        var port = Machine.freePort();
        var commands = Readme.read(Path.of("docs/deploy.md")).commands().stream()
                .map(Readme.Command::line)
                .filter(line -> line.startsWith("foreman "))
                .toList();
        assertEquals(3, commands.size(), commands.toString());
        try (var redis = TestServices.startRedis("foreman", 0)) { // its list of processes has no other test's
            var settings = services.settings(services.newEmptyDatabase());
            settings.putAll(Map.of("REDIS_URL", redis.url(), "STATUS_PUBLIC", "true"));
            settings.remove("PORT");
            var lines = settings.entrySet().stream().map(Object::toString).toList();
            Files.write(clone.folder().resolve("academy.env"), lines);
            runToEnd(clone, commands.get(0));
            runToEnd(clone, "echo '%s' | %s".formatted(Services.PASSWORD, commands.get(1)));
            var start = commands.get(2).replace("-p 7900", "-p " + (port - WEB_OFFSET));
            try (var foreman = clone.start("exec " + start)) {
                foreman.await("listening on port " + port);
                runsAllUntilSigterm(foreman, port);
            }
        }
    }

    private static void runToEnd(FreshClone clone, String command) throws Exception {
        try (var started = clone.start(command)) {
            assertEquals(0, started.exitCode(), command + " answered " + started.text());
        }
    }

    private static void runsAllUntilSigterm(Started foreman, int port) throws Exception {
        assertEquals(200, get(port, "/health/ready").statusCode());
        for (var i = 0; i < 300 && !registered(port).equals(FORMATION); i++) Thread.sleep(100);
        assertEquals(FORMATION, registered(port), foreman.text());
        var children = foreman.process().children().toList();
        assertEquals(4, children.size(), foreman.text());
        foreman.signal("TERM");
        assertEquals(143, foreman.exitCode(), foreman.text());
        var left = children.stream().filter(ProcessHandle::isAlive).toList();
        assertEquals(List.of(), left, foreman.text());
        assertFalse(foreman.text().contains("SIGKILL"), foreman.text());
    }

    /** How many processes of each type report themselves as running. */
    private static Map<String, Integer> registered(int port) throws IOException, InterruptedException {
        var processes = Json.MAPPER.readTree(get(port, "/api/status").body()).get("processes");
        return processes
                .valueStream()
                .collect(Collectors.toMap(each -> each.get("type").asText(), _ -> 1, Integer::sum, TreeMap::new));
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
