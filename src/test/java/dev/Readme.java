package dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The commands in README's console blocks, each with the output that README shows; … stands for anything. */
record Readme(List<Command> commands) {
    record Command(String line, String output) {
        boolean shows(String actual) {
            var pattern = new StringBuilder();
            for (var part : output.strip().split("…", -1)) {
                if (!pattern.isEmpty()) pattern.append(".*");
                pattern.append(Pattern.quote(part));
            }
            return Pattern.compile(pattern.toString(), Pattern.DOTALL)
                    .matcher(actual.strip())
                    .matches();
        }
    }

    static Readme read(Path file) throws IOException {
        var commands = new ArrayList<Command>();
        var inside = false;
        for (var line : Files.readAllLines(file)) {
            if (line.startsWith("```")) inside = line.equals("```console");
            else if (inside && line.startsWith("$ ")) commands.add(new Command(line.substring(2), ""));
            else if (inside) commands.add(with(commands.removeLast(), line));
        }
        return new Readme(commands);
    }

    private static Command with(Command command, String line) {
        return new Command(command.line(), command.output() + line + "\n");
    }
}
