package dev;

import dozen.domain.Exit;
import io.github.cdimascio.dotenv.DotenvException;
import io.github.cdimascio.dotenv.internal.DotenvParser;
import io.github.cdimascio.dotenv.internal.DotenvReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads a .env file by the rules that shells and compose share: NAME=value, quotes of either kind, an optional
 * "export", comments. The library reads each line; a line that it would misread is corrected first or refused. No
 * message repeats a value.
 */
final class DotenvFile {
    private static final Pattern HASH_IN_VALUE = Pattern.compile("[\\w.-]+\\s*=\\s*[^'\"\\s#][^#]*\\S#.*");

    private DotenvFile() {}

    /** The settings of the file, without those that have an empty value. Empty when there is no such file. */
    static Map<String, String> read(Path file) throws IOException {
        var settings = new LinkedHashMap<String, String>();
        if (!Files.exists(file)) return settings;
        var number = 0;
        for (var line : lines(file)) {
            number++;
            var plain = line.replaceFirst("^\uFEFF", "").strip().replaceFirst("^export\\s+", "");
            if (HASH_IN_VALUE.matcher(plain).matches()) throw refusal(file, number, "a value with a # needs quotes");
            try {
                var entries = new DotenvParser(reader(plain), true, true).parse();
                var isComment = plain.isEmpty() || plain.startsWith("#");
                if (entries.isEmpty() && !isComment) throw refusal(file, number, "a quote is not closed");
                for (var entry : entries) {
                    var value = withoutSingleQuotes(entry.getValue());
                    if (!value.isEmpty()) settings.put(entry.getKey(), value);
                }
            } catch (DotenvException e) {
                throw refusal(file, number, "it takes NAME=value");
            }
        }
        return settings;
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException e) {
            throw new Exit(Exit.CONFIG, file + " is not UTF-8");
        }
    }

    private static DotenvReader reader(String line) {
        return new DotenvReader("", "") {
            @Override
            public List<String> read() {
                return List.of(line);
            }
        };
    }

    private static String withoutSingleQuotes(String value) {
        var isQuoted = value.length() > 1 && value.startsWith("'") && value.endsWith("'");
        return isQuoted ? value.substring(1, value.length() - 1) : value;
    }

    private static Exit refusal(Path file, int line, String reason) {
        return new Exit(Exit.CONFIG, "%s, line %d can't be read: %s".formatted(file, line, reason));
    }
}
