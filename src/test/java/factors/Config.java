package factors;

import static factors.Factor.expect;

import dev.Rebuild;
import dozen.services.Postgres;
import factors.Declarations.Person;
import java.nio.file.Files;
import java.util.List;

/** III: settings come from the environment alone, and its secrets stay there. */
final class Config {
    private static final String SECRET = "planted 0123456789 abcdefghijklmnopq";

    private Config() {}

    static String observe(Subject subject) throws Exception {
        var folder = Files.createTempDirectory("config");
        try {
            for (var name : List.of(".env", "application.properties", "config.properties", "settings.properties")) {
                Files.writeString(folder.resolve(name), "RELEASE_VERSION=from-a-file\nLOG_FORMAT=text\n");
            }
            var settings = Subject.with(
                    subject.deploy(planted(subject.services.newDatabase())),
                    "SECRET_KEY",
                    SECRET,
                    "METRICS_TOKEN",
                    SECRET,
                    "LOG_LEVEL",
                    "trace",
                    "LOG_FORMAT",
                    "json",
                    "RELEASE_VERSION",
                    "from-the-environment");
            var java = List.of("-DRELEASE_VERSION=from-a-property", "-DLOG_FORMAT=text", "-jar", App.JAR.toString());
            try (var web = App.startIn(folder, settings, java, "web");
                    var worker = App.startIn(folder, settings, java, "worker")) {
                var visitor = subject.visitor(web);
                var somebody = Person.number("config", 1);
                visitor.signUp(somebody);
                visitor.get("/nothing", visitor.logIn(somebody));
                Subject.await(20, "the job is done", () -> subject.mailsTo(subject.mails, somebody.mail()) == 1);
                for (var process : List.of(web, worker)) {
                    process.terminate();
                    process.exitCode();
                    keepsSecrets(process);
                    for (var line : process.out()) {
                        expect(line.contains("\"from-the-environment\""), "a line knows another release: %s", line);
                    }
                }
            }
            try (var list = App.startIn(folder, settings, java, "settings")) {
                expect(list.exitCode() == 0, "settings can't be listed");
                keepsSecrets(list);
                var wrong = Subject.with(settings, "DATABASE_URL", "postgres://u:planted@", "SECRET_KEY", "planted");
                try (var refused = App.startIn(folder, wrong, java, "web")) {
                    expect(refused.exitCode() == 78, "bad settings end with %d", refused.exitCode());
                    expect(
                            refused.err().size() == 2,
                            "two faults are told in %d lines",
                            refused.err().size());
                    keepsSecrets(refused);
                }
                return "files and system properties change nothing; %d settings listed; no planted secret in any output at trace"
                        .formatted(list.out().size());
            }
        } finally {
            Rebuild.delete(folder);
        }
    }

    /** Puts a planted password into the URL. The PostgreSQL of the tests asks for none, so it accepts any. */
    private static String planted(String databaseUrl) {
        Postgres.Url.parse(databaseUrl); // fails when the URL has another form than the next line expects
        return databaseUrl.replaceFirst("//([^:@/]*)(:[^@/]*)?@", "//$1:planted@");
    }

    private static void keepsSecrets(App process) {
        for (var lines : List.of(process.out(), process.err())) {
            for (var line : lines) expect(!line.contains("planted"), "a planted secret was told: %s", line);
        }
    }
}
