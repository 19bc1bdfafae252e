package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Follows docs/first-feature.md literally: writes its files, applies its diffs, and runs its commands, in its order. */
final class FirstFeature {
    private static final Path PAGE = Path.of("docs/first-feature.md");
    /** A fenced block: its language, the file that it is, if any, and its text. */
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+) ?(\\S*)\n(.*?)^```$");

    /** What {@link #use} and the caller run. */
    private static final Pattern LATER = Pattern.compile("^\\$ (curl |docker compose |scripts/test$)");

    private Path folder;

    private FirstFeature(Path folder) {
        this.folder = folder;
    }

    /** Makes the fork as the page does, beside a clone of Dozen. Returns its folder. */
    static Path fork(Path clone) throws Exception {
        return follow(clone, blocks().subList(0, 1));
    }

    /** Follows the rest of the page in the fork, but for what asks the running application, and for the tests. */
    static void build(Path fork) throws Exception {
        follow(fork, blocks().subList(1, blocks().size()));
    }

    private static List<MatchResult> blocks() throws IOException {
        return BLOCK.matcher(Files.readString(PAGE)).results().toList();
    }

    private static Path follow(Path folder, List<MatchResult> blocks) throws Exception {
        var reader = new FirstFeature(folder);
        for (var block : blocks) reader.follow(block);
        return reader.folder;
    }

    private void follow(MatchResult block) throws Exception {
        switch (block.group(1)) {
            case "console" -> {
                for (var line : block.group(3)
                        .lines()
                        .filter(each -> each.startsWith("$ "))
                        .toList()) {
                    if (!LATER.matcher(line).find()) run(line.substring(2));
                }
            }
            case "diff" -> {
                var diff = Files.createTempFile("page", ".diff");
                Files.writeString(diff, block.group(3));
                run("git apply " + diff);
            }
            default -> {
                var file = folder.resolve(block.group(2));
                Files.createDirectories(file.getParent());
                Files.writeString(file, block.group(3));
            }
        }
    }

    private void run(String command) throws Exception {
        if (command.startsWith("cd ")) {
            folder = folder.resolve(command.substring(3)).normalize();
            return;
        }
        var ended = NewProjectIT.run(folder, "sh", "-c", command);
        assertEquals(0, ended.code(), command + ": " + ended.output());
    }

    /** Starts the application as the page says, and asks it what the page asks; then deploys it, where an engine is. */
    static void use(Path fork) throws IOException, InterruptedException {
        var port = String.valueOf(Machine.freePort());
        var project = new FreshClone(fork);
        try (var server = project.start("exec scripts/server --port " + port)) {
            server.await("Ctrl-C stops everything");
            ask(project, port);
            server.signal("INT");
            assertEquals(0, server.exitCode(), server.text());
        }
        if (project.run("docker info >/dev/null && echo there").isBlank())
            System.out.println("no container engine: not deployed");
        else deploy(project, port);
    }

    private static void ask(FreshClone project, String port) throws IOException, InterruptedException {
        var asked = commands("curl ");
        assertTrue(asked.size() > 3);
        for (var command : asked) {
            var output = project.run(command.line().replace("localhost:8000", "localhost:" + port));
            assertTrue(command.shows(output), command.line() + " answered " + output);
        }
    }

    private static List<Readme.Command> commands(String program) throws IOException {
        return Readme.read(PAGE).commands().stream()
                .filter(command -> command.line().startsWith(program))
                .toList();
    }

    /** Runs the commands of the page that deploy. An older installation has docker-compose instead of "docker compose". */
    private static void deploy(FreshClone project, String port) throws IOException, InterruptedException {
        var compose = project.run("docker compose version").isBlank() ? "docker-compose" : "docker compose";
        var settings = new String[] {
            "PORT", port, "TLS_PORT", String.valueOf(Machine.freePort()), "COMPOSE_PROJECT_NAME", "shop" + port
        };
        try {
            for (var command : commands("docker compose ")) {
                var up = command.line().replace("docker compose", compose);
                try (var started = project.start(up, settings)) {
                    assertTrue(started.process().waitFor(20, TimeUnit.MINUTES), started.text());
                    assertEquals(0, started.process().exitValue(), started.text());
                }
            }
            project.run("curl -sf --retry 50 --retry-delay 1 --retry-all-errors localhost:" + port + "/health/ready");
            ask(project, port);
        } finally {
            try (var down = project.start(compose + " down --volumes --timeout 30", settings)) {
                assertTrue(down.process().waitFor(2, TimeUnit.MINUTES), down.text());
            }
        }
    }
}
