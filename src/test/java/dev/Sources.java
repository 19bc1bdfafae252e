package dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The project's files, and whether they have what a page shows or names. */
record Sources(Map<Path, String> files, Set<String> words) {
    private static final List<String> ROOTS = List.of(
            "", "src/main/java", "src/main/java/academy", "src/main/resources", "src/test/java", "src/test/resources");

    private static final String FILE = "[\\w.-]+\\.(java|md|ya?ml|json|sql|svg)";
    private static final String PATH = "[\\w.-]+(/[\\w.@-]+)+/?";
    private static final String TYPE = "[A-Z]\\w*[a-z]\\w*(\\.\\w+)*";
    private static final Pattern SETTING = Pattern.compile("\\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\\b");
    private static final Pattern TASK = Pattern.compile("\\btask ([a-z]+-[a-z-]+)");
    private static final Pattern OPTION = Pattern.compile("(?<= )--[a-z-]+");

    /** @param leftOut the name of a file that does not count, because it holds examples of what is not there */
    static Sources read(String leftOut) throws IOException {
        var files = new HashMap<Path, String>();
        for (var root : List.of("src", "scripts", "deploy", ".ci", "Dockerfile", "docker-compose.yml")) {
            for (var file : Machine.files(Path.of(root), "")) {
                if (!file.toString().matches(".*\\.(png|jar|ttf|ico)|.*/" + leftOut)) {
                    files.put(file, Files.readString(file));
                }
            }
        }
        var words = files.values().stream()
                .flatMap(text -> Arrays.stream(text.split("\\W+")))
                .collect(Collectors.toSet());
        return new Sources(files, words);
    }

    /** Whether the lines stand in one file, one after the other as they are; a line … stands for any others. */
    boolean haveExcerpt(String lines) {
        var pattern = Arrays.stream(lines.split("(?m)^ *…\\n"))
                .map(part -> "(?m:^)" + Pattern.quote(part))
                .collect(Collectors.joining("(?s:.*?)"));
        return !lines.isBlank()
                && files.values().stream().anyMatch(Pattern.compile(pattern).asPredicate());
    }

    boolean haveFile(String path) {
        return ROOTS.stream().anyMatch(root -> Files.exists(Path.of(root, path)));
    }

    /** Whether there is what a text names in backticks: a script with these options, a path, a type, settings, a task. */
    boolean have(String name) {
        var first = name.split("[ :(]")[0];
        if (first.matches("(scripts|\\.ci)/.*")) {
            var script = files.get(Path.of(first));
            return script != null && OPTION.matcher(name).results().allMatch(option -> script.contains(option.group()));
        }
        if (first.matches(FILE)) return haveFile(first);
        if (first.matches(PATH)) return haveFile(first) || isOfAnother(first);
        if (first.matches(TYPE)) return haveFile(first) || haveType(first.split("\\."));
        return Stream.concat(SETTING.matcher(name).results(), TASK.matcher(name).results())
                .map(found -> found.group(found.groupCount()))
                .allMatch(word -> words.contains(word)
                        || files.values().stream().anyMatch(source -> source.contains("\"" + word + "\"")));
    }

    /** A path in none of the project's folders is what the build makes, or a name of another program. */
    private static boolean isOfAnother(String path) {
        var folder = path.split("/")[0];
        return folder.equals("target") || ROOTS.stream().noneMatch(root -> Files.isDirectory(Path.of(root, folder)));
    }

    /** A type's file must have the other names, too. A type without a file of its own is only looked for as a word. */
    private boolean haveType(String[] names) {
        var file = files.keySet().stream()
                .filter(path -> path.endsWith(names[0] + ".java"))
                .findFirst();
        if (file.isEmpty()) return words.containsAll(List.of(names));
        return List.of(files.get(file.get()).split("\\W+")).containsAll(List.of(names));
    }
}
