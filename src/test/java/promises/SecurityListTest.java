package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every test that SECURITY.md names must exist. */
class SecurityListTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        List<Path> sources;
        try (var files = Files.walk(Path.of("src/test/java"))) {
            sources = files.filter(Files::isRegularFile).toList();
        }
        var missing = new ArrayList<String>();
        var count = 0;
        var named = NAMED.matcher(Files.readString(Path.of("SECURITY.md")));
        for (; named.find(); count++) {
            var file = named.group(1) + ".java";
            var method = "void " + named.group(2) + "(";
            var there = false;
            for (var source : sources) {
                there |= source.getFileName().toString().equals(file)
                        && Files.readString(source).contains(method);
            }
            if (!there) missing.add(named.group());
        }
        assertEquals(List.of(), missing);
        assertTrue(count > 40);
    }
}
