package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import factors.App;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Clients that make courses without pause, as an admin, until they are stopped. They keep count of the answers. */
final class CourseWriter implements AutoCloseable {
    private static final String PASSWORD = "correct horse battery";

    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final TreeMap<Integer, Integer> statuses = new TreeMap<>();
    private final String address;
    private final String titles;
    private final String cookie;
    private volatile long waitingSince = Long.MAX_VALUE;
    private volatile long firstSuccess;
    private volatile boolean stopped;

    private CourseWriter(String address, String titles) throws IOException, InterruptedException {
        this.address = address;
        this.titles = titles;
        var session = post("/api/sessions", "", """
                {"email": "root@example.com", "password": "%s"}""".formatted(PASSWORD));
        cookie = session.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    static void createAdmin(Map<String, String> settings) throws IOException, InterruptedException {
        try (var admin = App.start(settings, "task", "create-admin", "root@example.com", "Root")
                .input(PASSWORD + "\n")) {
            assertEquals(0, admin.exitCode(), admin.err().toString());
        }
    }

    /** @param address of web, or of the proxy before it; {@link #createAdmin} ran before */
    static CourseWriter start(String address, int clients) throws IOException, InterruptedException {
        return start(address, "Course %d of %d", clients);
    }

    /** @param titles the format of a title, which must be unique: the number of the course and that of the client */
    static CourseWriter start(String address, String titles, int clients) throws IOException, InterruptedException {
        var writer = new CourseWriter(address, titles);
        for (var i = 0; i < clients; i++) {
            var number = i;
            writer.clients.submit(() -> writer.write(number));
        }
        return writer;
    }

    private HttpResponse<String> post(String path, String cookie, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("Cookie", cookie)
                .POST(BodyPublishers.ofString(body));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private Void write(int number) throws InterruptedException {
        for (var i = 0; !stopped; i++) {
            var title = titles.formatted(i, number);
            var status = status(title);
            if (status == 201) acknowledged.add(title);
            synchronized (statuses) {
                statuses.merge(status, 1, Integer::sum);
            }
            if (status == 201 && firstSuccess == 0 && System.nanoTime() > waitingSince)
                firstSuccess = System.nanoTime();
            if (status != 201) Thread.sleep(50);
        }
        return null;
    }

    /** The status of the answer; 0 when there was none. */
    private int status(String title) throws InterruptedException {
        try {
            return post("/api/courses", cookie, "{\"title\": \"%s\"}".formatted(title))
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Waits until a course is made, for 30 s; returns the milliseconds from the call to its answer. */
    long awaitSuccess() throws InterruptedException {
        waitingSince = System.nanoTime();
        for (var i = 0; i < 3000; i++) {
            if (firstSuccess != 0) return (firstSuccess - waitingSince) / 1_000_000;
            Thread.sleep(10);
        }
        throw new AssertionError("no write succeeded; answers: " + statuses);
    }

    /** Stops the clients and waits for their last answers. */
    void stop() {
        stopped = true;
        clients.close();
    }

    /** The titles of the courses that were answered with 201. */
    Set<String> acknowledged() {
        return acknowledged;
    }

    /** How often each status was answered. */
    TreeMap<Integer, Integer> statuses() {
        return statuses;
    }

    @Override
    public void close() {
        stop();
        client.close();
    }
}
