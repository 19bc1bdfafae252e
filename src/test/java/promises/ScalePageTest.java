package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.http.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ScalePageTest {
    @Test
    void itListsTheCommandsThatTestsMayAskOfRedis() throws IOException {
        assertTrue(page().contains(" -@all " + TestServices.REDIS_COMMANDS + "\n"));
    }

    @Test
    void itsRuleLetsABrowserSendWhatTheUploadFormSends() throws IOException {
        var rule = page().replaceFirst("(?s).*```json\n(.*?)```.*", "$1");
        var allowed = Json.MAPPER.readTree(rule).at("/CORSRules/0");
        var script = Files.readString(Path.of("src/main/resources/public/videos/upload-worker.js"));
        assertEquals("[\"PUT\"]", allowed.get("AllowedMethods").toString());
        assertEquals("[\"Content-Type\"]", allowed.get("AllowedHeaders").toString());
        assertTrue(script.contains("'PUT'") || script.contains("\"PUT\""), script);
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("docs/scale.md"));
    }
}
