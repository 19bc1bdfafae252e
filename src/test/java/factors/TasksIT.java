package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.TestServices;
import dozen.services.Postgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Factor XII: admin processes run from the same artifact and the same settings. */
class TasksIT {
    private static final int MANY = 100_000;

    private final TestServices services = TestServices.shared();
    private final Map<String, String> settings = services.settings(services.newDatabase());

    @Test
    void anAdminIsMadeWithAPasswordFromStdin() throws Exception {
        var create = new String[] {"task", "create-admin", "root@example.com", "Root"};
        try (var task = App.start(settings, create).input("correct horse battery\n")) {
            assertEquals(0, task.exitCode(), task.err().toString());
        }
        try (var again = App.start(settings, create).input("correct horse battery\n")) {
            assertEquals(1, again.exitCode());
            assertEquals(List.of("academy: this address has an account already: root@example.com"), again.err());
        }
        try (var weak = App.start(settings, "task", "create-admin", "x@example.com", "X")
                .input("short\n")) {
            assertEquals(1, weak.exitCode());
            assertEquals(List.of("academy: password needs 12 characters at least"), weak.err());
        }
        try (var none = App.start(settings, "task", "create-admin", "x@example.com")) {
            assertEquals(64, none.exitCode());
        }
    }

    @Test
    void anAccountGetsAnotherRoleAndAnotherPassword() throws Exception {
        try (var web = App.start(settings, "web");
                var client = HttpClient.newHttpClient()) {
            assertEquals(201, post(web, client, "accounts", "correct horse battery", ", \"name\": \"Zoë\""));
            assertEquals(List.of(), run(0, "set-role Zoe@example.com admin", ""));
            assertEquals(List.of(), run(0, "change-password zoe@example.com", "another horse battery\n"));
            assertEquals(401, post(web, client, "sessions", "correct horse battery", ""));
            assertEquals(201, post(web, client, "sessions", "another horse battery", ""));
        }
        var database = Postgres.Url.parse(settings.get("DATABASE_URL"));
        try (var postgres = new Postgres(database, 1, Duration.ofSeconds(5)).connect()) {
            var found = postgres.jdbi()
                    .withHandle(handle -> handle.select("SELECT role FROM accounts")
                            .mapTo(String.class)
                            .list());
            assertEquals(List.of("admin"), found);
        }
        var nobody = List.of("academy: no account has this address: no@example.com");
        assertEquals(nobody, run(1, "set-role no@example.com admin", ""));
        assertEquals(nobody, run(1, "change-password no@example.com", "correct horse battery\n"));
        var weak = List.of("academy: password needs 12 characters at least");
        assertEquals(weak, run(1, "change-password zoe@example.com", "short\n"));
        for (var wrong : List.of("set-role zoe@example.com king", "set-role admin", "change-password")) {
            assertTrue(run(64, wrong, "").getFirst().contains("usage: task "), wrong);
        }
    }

    /** Runs a task to its end; returns what it said on stderr. */
    private List<String> run(int exitCode, String task, String input) throws Exception {
        try (var ended = App.start(settings, ("task " + task).split(" ")).input(input)) {
            assertEquals(exitCode, ended.exitCode(), ended.err().toString());
            return ended.err();
        }
    }

    private static int post(App web, HttpClient client, String path, String password, String more) throws Exception {
        var body = "{\"email\": \"zoe@example.com\", \"password\": \"%s\"%s}".formatted(password, more);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/%s".formatted(web.port(), path)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    @Tag("long")
    void aHundredThousandCoursesGoThroughASmallHeapAndEveryPageIsAsFast(@TempDir Path folder) throws Exception {
        var file = folder.resolve("courses.csv");
        writeCourses(file);
        var java = List.of(
                "-Xmx128m", "-jar", Path.of("target/app.jar").toAbsolutePath().toString());
        try (var task = App.start(settings, java, "task", "import-courses", file.toString())) {
            assertEquals(0, task.exitCode(Duration.ofMinutes(2)), task.err().toString());
            assertTrue(task.out().getLast().endsWith("100000 rows: 100000 added, 0 there already, 0 bad"));
        }
        try (var again =
                App.start(settings, java, "task", "import-courses", "-").input(beginning(file))) {
            assertEquals(0, again.exitCode(Duration.ofMinutes(2)), again.err().toString());
            assertTrue(again.out().getLast().endsWith("0 added, 20000 there already, 0 bad"));
        }
        pageThroughAll();
    }

    private static void writeCourses(Path file) throws IOException {
        try (var writer = Files.newBufferedWriter(file)) {
            writer.write("title,subject,summary\n");
            for (var i = 0; i < MANY; i++)
                writer.write("Course number " + i + ",Subject,\"A summary, of some length\"\n");
        }
    }

    /** The header and 20,000 rows. */
    private static String beginning(Path file) throws IOException {
        try (var lines = Files.lines(file)) {
            return lines.limit(20_001).collect(Collectors.joining("\n"));
        }
    }

    private void pageThroughAll() throws Exception {
        var json = new ObjectMapper();
        var ids = new HashSet<String>();
        var times = new ArrayList<Long>();
        try (var web = App.start(settings, "web");
                var client = HttpClient.newHttpClient()) {
            for (var i = 0; i < 200; i++) web.get(client, "/api/courses?limit=100"); // warm up before the timing starts
            var cursor = "";
            do {
                var start = System.nanoTime();
                var page = json.readTree(
                        web.get(client, "/api/courses?limit=100" + cursor).body());
                times.add(System.nanoTime() - start);
                page.get("items").forEach(item -> ids.add(item.get("id").asText()));
                cursor = page.get("next").isNull()
                        ? ""
                        : "&cursor=" + page.get("next").asText();
            } while (!cursor.isEmpty());
        }
        assertEquals(MANY, ids.size());
        assertEquals(MANY / 100, times.size());
        // The limit is coarse on purpose: with OFFSET the last pages would cost a hundred times the first.
        var first = median(times.subList(0, 100));
        var last = median(times.subList(times.size() - 100, times.size()));
        assertTrue(last < 5 * first, "first pages %d ns, last pages %d ns".formatted(first, last));
    }

    private static long median(List<Long> times) {
        var sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    @Test
    void badRowsEndWithExitCode1(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("courses.csv"), "title\nGood\n\" \"\n");
        try (var task = App.start(settings, "task", "import-courses", file.toString())) {
            assertEquals(1, task.exitCode());
            assertEquals(List.of("line 3: title must not be blank", "academy: 1 bad, the others kept"), task.err());
            assertFalse(String.join("", task.out()).contains("Exception"));
        }
    }
}
