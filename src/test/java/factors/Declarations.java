package factors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The facts about an application that the proof of the factors needs, from src/test/resources/factors.json: how to sign
 * up and log in, a path that reads what a sign-up made, the job that a sign-up enqueues (it sends one mail), a tick, a
 * task, and a line for the console. {mail}, {password}, {name} and {id} are placeholders for a person's values.
 */
record Declarations(
        Request signUp, Request logIn, String me, String read, String job, Tick tick, Task task, Line console) {
    record Request(String path, JsonNode body) {}

    /** @param setting the setting that holds its cron expression */
    record Tick(String name, String setting) {}

    record Task(List<String> arguments, String input) {}

    record Line(String input, String shows) {}

    static Declarations read(Path project) throws IOException {
        var file = project.resolve("src/test/resources/factors.json");
        return new ObjectMapper().readValue(Files.readString(file), Declarations.class);
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
}
