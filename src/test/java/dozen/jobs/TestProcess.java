package dozen.jobs;

import dev.TestServices;
import factors.App;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Starts {@link TestProgram} as a process of its own. */
final class TestProcess {
    private TestProcess() {}

    static App start(String databaseUrl, Map<String, String> changes, String... arguments) throws IOException {
        var settings = TestServices.shared().settings(databaseUrl);
        settings.putAll(changes);
        var java = List.of("-cp", System.getProperty("java.class.path"), TestProgram.class.getName());
        return App.start(settings, java, arguments);
    }

    static App worker(String databaseUrl) throws IOException {
        return start(databaseUrl, Map.of(), "worker");
    }
}
