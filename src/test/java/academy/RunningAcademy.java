package academy;

import academy.accounts.Account;
import academy.accounts.Accounts;
import academy.accounts.Passwords;
import com.fasterxml.jackson.databind.JsonNode;
import dev.TestServices;
import dozen.app.Lifecycle;
import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.config.Secret;
import dozen.http.Access;
import dozen.http.Json;
import dozen.http.Server;
import dozen.services.Postgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The same program that main runs, on a free port and a database of its own, driven over HTTP. */
public final class RunningAcademy implements AutoCloseable {
    public static final String PASSWORD = "correct horse battery";

    private final Lifecycle lifecycle = new Lifecycle(Duration.ofSeconds(5));
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, String> settings;
    private final Server server;
    private Postgres directDatabase;
    private static ApiDocumentTest.Document document;

    private RunningAcademy(Map<String, String> settings) {
        this.settings = settings;
        server = Main.web(settings(), lifecycle);
    }

    public static RunningAcademy start() {
        return start(Map.of());
    }

    /** @param changes settings that replace those of the shared test services */
    public static RunningAcademy start(Map<String, String> changes) {
        var services = TestServices.shared();
        var settings = services.settings(changes.getOrDefault("DATABASE_URL", services.newDatabase()));
        settings.putAll(changes);
        return new RunningAcademy(settings);
    }

    // for files
    /** Starts Academy with file storage, too. */
    public static RunningAcademy withFiles() {
        return withFiles(Map.of());
    }

    public static RunningAcademy withFiles(Map<String, String> changes) {
        var all = new HashMap<>(TestServices.shared().s3().settings());
        all.putAll(changes);
        return start(all);
    }
    // end

    /** The document that this program serves, which is the same for all programs of a test run. */
    synchronized ApiDocumentTest.Document apiDocument() {
        if (document != null) return document;
        try {
            var answer = client.send(request("/openapi.json").build(), HttpResponse.BodyHandlers.ofString());
            document = ApiDocumentTest.Document.parse(answer.body());
            return document;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every route, such as "GET /health", and who may call it. */
    public Map<String, Access> accessByRoute() {
        var access = new TreeMap<String, Access>();
        for (var each : server.operations()) access.put(each.method + " " + each.path, each.access);
        return access;
    }

    public int port() {
        return server.port();
    }

    public String databaseUrl() {
        return settings.get("DATABASE_URL");
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            apiDocument().check(answer); // whatever a test is about, every answer must be as documented
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> get(String path) {
        return send(request(path));
    }

    public HttpResponse<String> get(String path, String cookie) {
        return send(request(path).header("Cookie", cookie));
    }

    public HttpResponse<String> post(String path, String body) {
        return post(path, body, "");
    }

    public HttpResponse<String> post(String path, String body, String cookie) {
        return write("POST", path, body, cookie);
    }

    public HttpResponse<String> write(String method, String path, String body, String cookie) {
        var request = request(path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!cookie.isEmpty()) request.header("Cookie", cookie);
        return send(request);
    }

    public static JsonNode json(HttpResponse<String> response) {
        try {
            return Json.MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + response.body(), e);
        }
    }

    /** Runs jobs as well, in this process. */
    public void startWorker() {
        Main.worker(settings(), lifecycle);
    }

    /** The settings of this program, for a test that does the work of a task or a scheduler. */
    public Settings settings() {
        return settings(settings);
    }

    /** The settings as a process reads them. */
    public static Settings settings(Map<String, String> environment) {
        var env = new Env(environment);
        var settings = Settings.read(env, ProcessSettings.read(env));
        if (!env.faults().isEmpty())
            throw new IllegalArgumentException(env.faults().toString());
        return settings;
    }

    /** Creates a learner's account; returns its id. */
    public String signUp(String email) {
        return signUp(email, "Somebody");
    }

    public String signUp(String email, String name) {
        var answer = post("/api/accounts", """
                {"email": "%s", "password": "%s", "name": "%s"}""".formatted(email, PASSWORD, name));
        if (answer.statusCode() != 201) throw new AssertionError(answer.body());
        return json(answer).get("id").asText();
    }

    /** Logs in; returns the cookie as a browser would send it. */
    public String logIn(String email) {
        var answer = post("/api/sessions", """
                {"email": "%s", "password": "%s"}""".formatted(email, PASSWORD));
        if (answer.statusCode() != 201) throw new AssertionError(answer.body());
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    /** A logged-in admin's cookie. */
    public String admin() {
        try (var postgres = postgres()) {
            var accounts = new Accounts(postgres.jdbi(), new Passwords(Passwords.Cost.DEFAULT));
            accounts.create("admin@example.com", new Secret(PASSWORD), "Admin", Account.Role.ADMIN);
        }
        return logIn("admin@example.com");
    }

    /** Runs a query that returns one number. */
    public long count(String sql) {
        try (var postgres = postgres()) {
            return postgres.jdbi()
                    .withHandle(
                            handle -> handle.createQuery(sql).mapTo(Long.class).one());
        }
    }

    /** Changes rows behind the program's back. */
    public void execute(String sql) {
        directDatabase().jdbi().useHandle(handle -> handle.execute(sql));
    }

    /** The connections that all calls of {@link #execute} share. */
    private synchronized Postgres directDatabase() {
        if (directDatabase == null) directDatabase = lifecycle.register(postgres());
        return directDatabase;
    }

    public Postgres postgres() {
        return new Postgres(Postgres.Url.parse(databaseUrl()), 2, Duration.ofSeconds(60)).connect();
    }

    @Override
    public void close() {
        client.close();
        lifecycle.close();
    }
}
