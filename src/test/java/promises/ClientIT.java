package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The served document has the form that OpenAPI 3.1 prescribes, and the client that scripts/client makes of it compiles
 * under tsc --strict and works. Needs Node and npm.
 */
@Tag("long")
class ClientIT {
    private static final Path SOURCE = Path.of("src/test/client");

    @TempDir
    private Path folder;

    @Test
    void theDocumentIsValidAndTheGeneratedClientCompilesAndWorks() throws Exception {
        try (var app = RunningAcademy.start()) {
            for (var title : List.of("First", "Second", "Third")) MadeCourse.in(app, title, 1);
            for (var file : List.of("package.json", "calls.ts")) {
                Files.copy(SOURCE.resolve(file), folder.resolve(file));
            }
            Files.writeString(
                    folder.resolve("openapi.json"), app.get("/openapi.json").body());
            run("npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--silent");
            run("npx", "--no-install", "validate-api", "openapi.json");
            var url = "http://127.0.0.1:" + app.port();
            run(Path.of("scripts/client").toAbsolutePath().toString(), url, folder.toString());
            run("npx", "--no-install", "tsc", "--strict", "--target", "es2022", "--module", "nodenext", "calls.ts");
            var told = run("node", "calls.js", url);
            assertTrue(told.contains("all calls passed"), told);
        }
    }

    private String run(String... command) throws Exception {
        var output = folder.resolve("output.txt");
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        var isOver = process.waitFor(120, TimeUnit.SECONDS);
        if (!isOver) process.destroyForcibly();
        var told = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, isOver ? process.exitValue() : -1, String.join(" ", command) + "\n" + told);
        return told;
    }
}
