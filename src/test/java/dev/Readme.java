package dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands in the console blocks of a page, each with the output that the page shows; … stands for anything. */
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

    /** The pages whose commands need what this machine may lack, or which have a test of their own: see DocsTest. */
    static final Set<String> ELSEWHERE = Set.of("docs/deploy.md", "docs/first-feature.md");

    /** README and the pages in docs/. */
    static List<Path> pages() throws IOException {
        try (var files = Files.list(Path.of("docs"))) {
            var pages = files.filter(file -> file.toString().endsWith(".md")).sorted();
            return Stream.concat(Stream.of(Path.of("README.md")), pages).toList();
        }
    }

    /** The commands that ReadmeIT runs. */
    static Readme all() throws IOException {
        var commands = new ArrayList<Command>();
        for (var page : pages()) {
            if (!ELSEWHERE.contains(page.toString())) commands.addAll(read(page).commands());
        }
        return new Readme(commands);
    }

    static Readme read(Path page) throws IOException {
        return of(Files.readAllLines(page));
    }

    static Readme of(List<String> page) {
        var commands = new ArrayList<Command>();
        var inside = false;
        for (var line : page) {
            if (line.startsWith("```")) inside = line.equals("```console");
            else if (inside && line.startsWith("$ ")) commands.add(new Command(line.substring(2), ""));
            else if (inside) commands.add(with(commands.removeLast(), line));
        }
        return new Readme(commands);
    }

    /** A command goes on in the next line after a backslash; other lines are its output. */
    private static Command with(Command command, String line) {
        return command.line().endsWith("\\")
                ? new Command(command.line() + "\n" + line, "")
                : new Command(command.line(), command.output() + line + "\n");
    }
}
