package factors;

import static factors.Factor.expect;

import dev.Procfile;
import factors.Declarations.Person;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** I: one codebase, many deploys. */
final class Codebase {
    private Codebase() {}

    static String observe(Subject subject) throws Exception {
        var before = subject.artifact();
        var procfile = Procfile.read(subject.project.resolve("Procfile"));
        var commands = new ArrayList<>(procfile.processTypes().values());
        commands.add(procfile.release());
        var artifacts = new TreeSet<String>();
        for (var command : commands) {
            for (var word : command.split(" ")) if (word.endsWith(".jar")) artifacts.add(word);
        }
        expect(artifacts.equals(new TreeSet<>(List.of("target/app.jar"))), "process types run %s", artifacts);

        try (var one = start(subject, 1);
                var two = start(subject, 2);
                var three = start(subject, 3)) {
            var somebody = Person.number("codebase", 1);
            var deploys = List.of(subject.visitor(one), subject.visitor(two), subject.visitor(three));
            for (var deploy : deploys) {
                var id = deploy.signUp(somebody); // with shared data the second sign-up would be a conflict
                for (var other : deploys) {
                    expect((other.read(id) == 200) == (other == deploy), "one deploy shows another's data");
                }
            }
        }
        expect(before.equals(subject.artifact()), "the artifact's files changed");
        return "each knows its own data alone; all %d process types and %d files are the same"
                .formatted(commands.size(), before.size());
    }

    /** Starts a deploy with data of its own: a separate database in PostgreSQL and in Redis. */
    private static App start(Subject subject, int number) throws IOException {
        var settings = subject.deploy();
        return subject.start(Subject.with(settings, "REDIS_URL", settings.get("REDIS_URL") + "/" + number), "web");
    }
}
