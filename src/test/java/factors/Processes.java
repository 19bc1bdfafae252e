package factors;

import static factors.Factor.expect;

import dev.Rebuild;
import factors.Declarations.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** VI: processes are stateless and share nothing. */
final class Processes {
    private static final int ROUNDS = 4;
    private static final int EACH = 6;

    private Processes() {}

    static String observe(Subject subject) throws Exception {
        var folder = Files.createTempDirectory("processes");
        var settings = subject.deploy();
        var java = List.of("-Djava.io.tmpdir=" + folder, "-XX:-UsePerfData", "-jar", App.JAR.toString());
        var webs = new ArrayList<App>();
        try {
            for (var i = 0; i < 2; i++) webs.add(App.startIn(folder, settings, java, "web"));
            var cookies = new HashMap<String, String>();
            var kills = 0;
            for (var round = 0; round < ROUNDS; round++) {
                var acknowledged = load(subject, webs, round);
                webs.get(round % 2).kill();
                webs.get(round % 2).close();
                kills++;
                webs.set(round % 2, App.startIn(folder, settings, java, "web"));
                cookies.putAll(acknowledged);
                for (var web : webs) {
                    var visitor = subject.visitor(web);
                    for (var session : cookies.entrySet()) {
                        expect(visitor.read(session.getKey()) == 200, "an acknowledged sign-up is lost");
                        expect(visitor.me(session.getValue()) == 200, "a session is known to one process alone");
                    }
                }
            }
            expect(left(folder).isEmpty(), "it keeps state on the disk: %s", left(folder));
            return "%d sign-ups and log-ins through two processes in turn, %d of them killed: each process knows all; no file"
                    .formatted(cookies.size(), kills);
        } finally {
            for (var web : webs) web.close();
            Rebuild.delete(folder);
        }
    }

    /** Signs up at one process and logs in at the other; returns the cookies by id. */
    private static Map<String, String> load(Subject subject, List<App> webs, int round) throws Exception {
        var cookies = new HashMap<String, String>();
        for (var i = 0; i < EACH; i++) {
            var somebody = Person.number("round" + round + "-", i);
            var id = subject.visitor(webs.get(i % 2)).signUp(somebody);
            cookies.put(id, subject.visitor(webs.get((i + 1) % 2)).logIn(somebody));
        }
        return cookies;
    }

    private static List<Path> left(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
