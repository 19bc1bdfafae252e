package dev;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Finds the scripts, folders, files and tests that the texts of a fork name, and that it does not have. */
final class Mentions {
    private static final Pattern PATH =
            Pattern.compile("(?<![\\w/.-])(?:scripts|docs|deploy|src|\\.ci|\\.github)/[\\w./@-]*\\w");
    private static final Pattern NAME = Pattern.compile("\\b[A-Z]\\w*[a-z](?:Test|IT)\\b|\\b[\\w-]+\\.(?:java|md)\\b");
    /** README's example of a feature to come, and an annotation of JUnit. */
    private static final Set<String> ELSEWHERE = Set.of("OrdersFeature.java", "ParameterizedTest");

    private Mentions() {}

    /** Returns what is named and not there, each with the file that names it. */
    static List<String> ofNothing(Path fork) throws Exception {
        var files = NewProjectIT.run(fork, "git", "ls-files").output().lines().toList();
        var there = new HashSet<>(ELSEWHERE);
        for (var file : files) {
            var name = file.substring(file.lastIndexOf('/') + 1);
            there.addAll(List.of(name, name.replaceFirst("\\.java$", "")));
        }
        var missing = new ArrayList<String>();
        for (var file : files) {
            if (file.endsWith("generate.mustache")) continue; // names what it makes
            var text = Files.readString(fork.resolve(file), StandardCharsets.ISO_8859_1);
            PATH.matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .filter(path -> !Files.exists(fork.resolve(path)))
                    .forEach(path -> missing.add(file + " names " + path));
            NAME.matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .filter(name -> !there.contains(name))
                    .forEach(name -> missing.add(file + " names " + name));
        }
        return missing;
    }
}
