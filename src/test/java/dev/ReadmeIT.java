package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import promises.Story;

/** A newcomer's first hour, in a fresh clone: every command of README and docs/, and what scripts/server promises. */
@Tag("long")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReadmeIT {
    /** This command counts as run: it is the suite that runs this test. */
    private static final String TEST = "scripts/test";

    private static final String UP = "Ctrl-C stops everything";

    @TempDir
    private static Path temporary;

    private static FreshClone clone;
    private static Readme readme;
    private static String port;
    private static final List<String> done = new ArrayList<>(List.of(TEST));

    @BeforeAll
    static void copy() throws IOException {
        clone = FreshClone.into(temporary.resolve("fresh clone"));
        readme = Readme.all();
        port = String.valueOf(Machine.freePort());
    }

    @AfterAll
    static void everyCommandWasRun() {
        var commands = readme.commands().stream().map(Readme.Command::line).toList();
        assertEquals(
                List.of(),
                commands.stream().filter(line -> !done.contains(line)).toList());
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void run(Readme.Command command) throws IOException, InterruptedException {
        var output = clone.run(command.line().replace("localhost:8000", "localhost:" + port));
        assertTrue(command.shows(output), command.line() + " answered " + output);
        done.add(command.line());
    }

    /** The ids of all processes that scripts/server started, from the file where it keeps them. */
    private static List<Long> processes() throws IOException {
        return Files.readAllLines(clone.folder().resolve(".dev/processes")).stream()
                .map(line -> Long.parseLong(line.split(" ")[0]))
                .toList();
    }

    private static void assertGone(List<Long> processes) throws InterruptedException {
        assertTrue(processes.size() >= 3);
        for (var id : processes) {
            // An ended daemon keeps its id until its new parent reaps it.
            for (var i = 0; i < 100 && alive(id); i++) Thread.sleep(100);
            assertTrue(!alive(id), "left behind: " + id);
        }
    }

    private static boolean alive(long id) {
        return ProcessHandle.of(id).filter(ProcessHandle::isAlive).isPresent();
    }

    @Test
    @Order(1)
    void aPortInUseIsOneLine() throws Exception {
        try (var taken = new ServerSocket(Integer.parseInt(port));
                var server = clone.start("scripts/server --port " + port)) {
            assertEquals(1, server.exitCode());
            var lines = server.text()
                    .lines()
                    .filter(line -> line.startsWith("scripts/server: "))
                    .toList();
            assertEquals(1, lines.size(), server.text());
            assertTrue(lines.getFirst().contains("port " + taken.getLocalPort() + " is in use"));
        }
    }

    @Test
    @Order(2)
    void theSampleSessionWorksAndASavedFileIsServedAndCtrlCStopsAll() throws Exception {
        List<Long> processes;
        try (var server = clone.start("exec scripts/server --port " + port)) {
            server.await(UP);
            assertEquals(200, get("/health/ready").statusCode());
            done.add("scripts/server");
            for (var command : readme.commands()) {
                if (command.line().contains("http://localhost:")
                        || command.line().startsWith("curl ")) run(command);
            }
            var mails = Pattern.compile("mails +(\\S+)").matcher(server.text());
            assertTrue(mails.find(), server.text());
            try (var story = new Story("http://127.0.0.1:" + port, mails.group(1), temporary)) {
                story.tell(Services.ADMIN, Services.PASSWORD);
            }
            lookInside(mails.group(1));
            try (var second = clone.start("scripts/server --port " + port)) {
                assertEquals(1, second.exitCode());
                assertTrue(second.text().contains("scripts/server: it runs already in this folder"), second.text());
            }
            saveAndAwait(server);
            addMigrationsAndAwait(server);
            processes = processes();
            server.signal("INT");
            assertEquals(0, server.exitCode(), server.text());
        }
        assertGone(processes);
    }

    /** Checks what scripts find in the services and in the log, and the page of mails. */
    private static void lookInside(String mails) throws Exception {
        clone.run("curl -s -H 'X-Request-Id: from-here' localhost:%s/api/courses".formatted(port));
        var logged = "";
        for (var i = 0; i < 50 && logged.isEmpty(); i++) logged = clone.run("scripts/logs from-here");
        assertTrue(logged.matches("web +\\| .* path=/api/courses .*\\n"), logged);
        assertEquals("scripts/logs: no line has the id nowhere\n", clone.run("scripts/logs nowhere 2>&1"));
        var counted = clone.run("echo 'SELECT count(*) + 1000 FROM accounts' | scripts/db -t 2>&1");
        assertTrue(counted.matches("\\s+10\\d\\d\\s+|scripts/db: psql was not found.*\\n"), counted);
        assertTrue(clone.run("scripts/settings").contains("DATABASE_URL               set, hidden"));
        try (var client = HttpClient.newHttpClient()) {
            var page = client.send(
                    HttpRequest.newBuilder(URI.create(mails)).build(), HttpResponse.BodyHandlers.ofString());
            assertTrue(page.body().contains("<iframe sandbox srcdoc=\"&lt;!doctype html&gt;"), page.body());
        }
    }

    private static void saveAndAwait(FreshClone.Started server) throws Exception {
        var source = clone.folder().resolve("src/main/java/dozen/http/Server.java");
        var before = Files.readString(source);
        var after = before.replace("new Alive(Health.Answer.OK)", "\"changed\"");
        assertTrue(!after.equals(before));
        // Some editors keep a link that leads nowhere beside an open file.
        Files.createSymbolicLink(clone.folder().resolve("src/main/resources/.#open"), Path.of("nowhere"));
        Files.writeString(source, "this does not compile");
        server.await("It does not compile");
        assertEquals("{\"status\":\"ok\"}", get("/health").body());
        Files.writeString(source, after);
        Machine.await(60, "the change is served", () -> answer().contains("changed"));
        Files.writeString(source, before);
    }

    private static void addMigrationsAndAwait(FreshClone.Started server) throws Exception {
        var migrations = clone.folder().resolve("src/main/resources/db/migration");
        Files.writeString(migrations.resolve("V9001__saved.sql"), "CREATE TABLE saved (id int);");
        Machine.await(60, "schema 9001", () -> answer("/status").contains("schema 9001"));
        Files.writeString(migrations.resolve("V9002__half.sql"), "CREATE TABLE half (");
        server.await("The migration failed");
        assertEquals(200, get("/health").statusCode());
        Files.writeString(migrations.resolve("V9002__half.sql"), "CREATE TABLE half (id int);");
        Machine.await(60, "schema 9002", () -> answer("/status").contains("schema 9002"));
    }

    private static String answer() throws InterruptedException {
        return answer("/health");
    }

    private static String answer(String path) throws InterruptedException {
        try {
            return get(path).body();
        } catch (IOException e) {
            return ""; // nothing listens between the old process and the new one
        }
    }

    @Test
    @Order(3)
    void whenAPartDiesAllIsStopped() throws Exception {
        List<Long> processes;
        try (var server = clone.start("exec scripts/server --port " + port)) {
            server.await(UP);
            processes = processes();
            ProcessHandle.of(processes.get(2)).orElseThrow().destroyForcibly(); // Redis, the third that was started
            assertEquals(1, server.exitCode(), server.text());
            assertTrue(server.text().contains("a backing service ended; all stopped"), server.text());
        }
        assertGone(processes);
    }

    @Test
    @Order(4)
    void theServicesAloneServeAProcessThatRunsByHandAndAKilledRunLeavesNothingToTheNext() throws Exception {
        List<Long> killed;
        try (var server = clone.start("exec scripts/server --services")) {
            server.await(".dev/env");
            killed = processes();
            server.signal("KILL");
            server.process().waitFor();
        }
        try (var server = clone.start("exec scripts/server --services --port " + port)) {
            server.await(".dev/env");
            assertGone(killed);
            done.add("scripts/server --services");
            for (var command : readme.commands()) {
                if (done.contains(command.line())) continue;
                if (command.line().endsWith("app.jar web")) serveByHand(command.line());
                else run(command);
            }
            server.signal("INT");
            assertEquals(0, server.exitCode());
        }
    }

    private static void serveByHand(String line) throws Exception {
        try (var web = clone.start(line.replace("java -jar", "exec java -jar"))) {
            web.await("listening on port " + port);
            assertEquals(200, get("/health/ready").statusCode());
            assertEquals(200, get("/api/courses").statusCode());
            done.add(line);
        }
    }
}
