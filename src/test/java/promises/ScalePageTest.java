package promises;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ScalePageTest {
    @Test
    void itListsTheCommandsThatTestsMayAskOfRedis() throws IOException {
        var page = Files.readString(Path.of("docs/scale.md"));
        assertTrue(page.contains(" -@all " + TestServices.REDIS_COMMANDS + "\n"));
    }
}
