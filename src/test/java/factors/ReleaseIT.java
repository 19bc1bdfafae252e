package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.TestServices;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Factor V: the release is a stage of its own, repeatable, and all or nothing. */
class ReleaseIT {
    private final TestServices services = TestServices.shared();
    private final String databaseUrl = services.newEmptyDatabase();

    private List<String> query(String sql) throws Exception {
        var url = "jdbc:postgresql://127.0.0.1:%d/%s"
                .formatted(services.postgres().port(), databaseUrl.substring(databaseUrl.lastIndexOf('/') + 1));
        try (var connection = DriverManager.getConnection(url, "postgres", "");
                var found = connection.createStatement().executeQuery(sql)) {
            var rows = new ArrayList<String>();
            while (found.next()) rows.add(found.getString(1));
            return rows;
        }
    }

    @Test
    void aBrokenMigrationLeavesTheSchemaAsItWas(@TempDir Path folder) throws Exception {
        var settings = services.settings(databaseUrl);
        try (var first = App.start(settings, "release")) {
            assertEquals(0, first.exitCode());
        }
        var schema = "SELECT table_name || '.' || column_name FROM information_schema.columns"
                + " WHERE table_schema = 'public' ORDER BY 1";
        var before = query(schema);
        var migrations = Files.createDirectories(folder.resolve("db/migration"));
        Files.writeString(migrations.resolve("V9001__good.sql"), "CREATE TABLE good (id int);");
        Files.writeString(migrations.resolve("V9002__bad.sql"), "CREATE TABLE better (id int); SELECT nonsense;");
        var classPath = Path.of("target/app.jar").toAbsolutePath() + File.pathSeparator + folder;
        try (var broken = App.start(settings, List.of("-cp", classPath, "academy.Main"), "release")) {
            assertNotEquals(0, broken.exitCode());
            assertEquals(1, broken.err().size(), broken.err().toString());
        }
        assertEquals(before, query(schema));
        try (var mended = App.start(settings, "release")) {
            assertEquals(0, mended.exitCode());
        }
    }
}
