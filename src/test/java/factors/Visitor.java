package factors;

import com.fasterxml.jackson.databind.ObjectMapper;
import factors.Declarations.Person;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A client that talks to a web process by the declared routes. */
final class Visitor {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Declarations declared;
    private final int port;

    Visitor(Declarations declared, int port) {
        this.declared = declared;
        this.port = port;
    }

    HttpResponse<String> get(String path, String cookie) throws IOException, InterruptedException {
        return send(request(path).header("Cookie", cookie));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(Declarations.Request what, Person who) throws IOException, InterruptedException {
        return send(request(what.path())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(who.in(what.body().toString()))));
    }

    HttpResponse<String> trySignUp(Person who) throws IOException, InterruptedException {
        return post(declared.signUp(), who);
    }

    /** Signs up; returns the id of what was made. */
    String signUp(Person who) throws IOException, InterruptedException {
        var answer = trySignUp(who);
        Factor.expect(answer.statusCode() == 201, "a sign-up was answered with %d", answer.statusCode());
        return JSON.readTree(answer.body()).get("id").asText();
    }

    HttpResponse<String> tryLogIn(Person who) throws IOException, InterruptedException {
        return post(declared.logIn(), who);
    }

    /** Logs in; returns the session's cookie. */
    String logIn(Person who) throws IOException, InterruptedException {
        var answer = tryLogIn(who);
        Factor.expect(answer.statusCode() == 201, "a log-in was answered with %d", answer.statusCode());
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    /** The HTTP status of a request for one's own account. */
    int me(String cookie) throws IOException, InterruptedException {
        return get(declared.me(), cookie).statusCode();
    }

    /** The HTTP status of a request for what a sign-up made. */
    int read(String id) throws IOException, InterruptedException {
        return get(declared.read().replace("{id}", id), "").statusCode();
    }

    String ready() throws IOException, InterruptedException {
        return get("/health/ready", "").body();
    }
}
