package factors;

import static factors.Factors.expect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/**
 * The facts about an application that the proof of the factors needs, with their values in {@link #JSON}: how to sign up
 * and log in, a path that reads what a sign-up made, the job that a sign-up enqueues (it sends one mail), a tick, a
 * task, and a line for the console. {mail}, {password}, {name} and {id} are placeholders for a person's values.
 */
record Declarations(
        Request signUp, Request logIn, String me, String read, String job, Tick tick, Task task, Line console) {
    record Request(String path, JsonNode body) {}

    /** @param setting the setting that holds its cron expression */
    record Tick(String name, String setting) {}

    record Task(List<String> arguments, String input) {}

    record Line(String input, String shows) {}

    private static final String JSON = """
            {
              "signUp": { "path": "/api/accounts", "body": { "email": "{mail}", "password": "{password}", "name": "{name}" } },
              "logIn": { "path": "/api/sessions", "body": { "email": "{mail}", "password": "{password}" } },
              "me": "/api/me",
              "read": "/api/users/{id}",
              "job": "SendWelcomeMail",
              "tick": { "name": "purge", "setting": "PURGE_CRON" },
              "task": { "arguments": ["create-admin", "{mail}", "{name}"], "input": "{password}\\n" },
              "console": { "input": "accounts.count()\\n", "shows": "==> " }
            }
            """;

    static Declarations all() throws IOException {
        return new ObjectMapper().readValue(JSON, Declarations.class);
    }

    /** A made-up person. */
    record Person(String mail, String password, String name) {
        static Person number(String who, int number) {
            return new Person(who + number + "@example.com", "correct horse " + who + number, "Person " + number);
        }

        String in(String text) {
            return text.replace("{mail}", mail).replace("{password}", password).replace("{name}", name);
        }
    }

    /** A client that talks to a web process by the declared routes. */
    record Visitor(Declarations declared, int port) {
        private static final ObjectMapper MAPPER = new ObjectMapper();
        private static final HttpClient CLIENT = HttpClient.newHttpClient();

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

        private HttpResponse<String> post(Request what, Person who) throws IOException, InterruptedException {
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
            expect(answer.statusCode() == 201, "a sign-up was answered with %d", answer.statusCode());
            return MAPPER.readTree(answer.body()).get("id").asText();
        }

        HttpResponse<String> tryLogIn(Person who) throws IOException, InterruptedException {
            return post(declared.logIn(), who);
        }

        /** Logs in; returns the session's cookie. */
        String logIn(Person who) throws IOException, InterruptedException {
            var answer = tryLogIn(who);
            expect(answer.statusCode() == 201, "a log-in was answered with %d", answer.statusCode());
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
    }
}
