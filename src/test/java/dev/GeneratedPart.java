package dev;

import static dev.Generate.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.lang.model.SourceVersion;

/**
 * A job, a task or a page that is added to a feature: its class or template, its test, and its line in the feature's
 * face.
 *
 * @param face the feature's class
 * @param name in the style of a class, such as SendLabel
 */
record GeneratedPart(String kind, Path face, String name) {
    static final Set<String> KINDS = Set.of("job", "task", "page");

    private static final String JOB = """
            package PACKAGE;

            import dozen.jobs.Job;
            import java.util.UUID;
            import org.slf4j.Logger;
            import org.slf4j.LoggerFactory;

            /**
             * A job. Enqueue it in the transaction of the change that asks for it: {@code services.jobs().enqueue(transaction, new
             * NAME(id))}. It may run more than once, because a worker can be killed at its end.
             */
            record NAME(UUID id) {
                private static final Logger log = LoggerFactory.getLogger(NAME.class);

                static void run(NAME job, Job.Run run) {
                    log.info("job for {}", job.id());
                }
            }
            """;

    private static final String JOB_TEST = """
            package PACKAGE;

            import static org.junit.jupiter.api.Assertions.assertEquals;

            import ROOT.RUNNING;
            import dozen.jobs.Jobs;
            import dozen.services.Redis;
            import java.util.UUID;
            import org.junit.jupiter.api.Test;

            class NAMETest {
                @Test
                void aWorkerRunsIt() throws Exception {
                    try (var app = RUNNING.start();
                            var postgres = app.postgres();
                            var redis = new Redis(app.settings().services().redis())) {
                        var jobs = new Jobs(redis);
                        postgres.jdbi().useTransaction(transaction -> jobs.enqueue(transaction, new NAME(UUID.randomUUID())));
                        app.startWorker();
                        for (var i = 0; i < 100 && app.count("SELECT count(*) FROM jobs") > 0; i++) Thread.sleep(100);
                        assertEquals(0, app.count("SELECT count(*) FROM jobs"));
                        assertEquals(0, app.count("SELECT count(*) FROM dead_jobs"));
                    }
                }
            }
            """;

    private static final String TASK = """
            package PACKAGE;

            import dozen.domain.Exit;
            import java.util.List;
            import org.slf4j.Logger;
            import org.slf4j.LoggerFactory;

            /** {@code task DASHED}. It may be stopped at any time and run again. */
            final class NAME {
                private static final Logger log = LoggerFactory.getLogger(NAME.class);

                private NAME() {}

                static void run(List<String> arguments) {
                    if (!arguments.isEmpty()) throw Exit.usage("usage: task DASHED");
                    log.info("done");
                }
            }
            """;

    private static final String TASK_TEST = """
            package PACKAGE;

            import static org.junit.jupiter.api.Assertions.assertThrows;

            import dozen.domain.Exit;
            import java.util.List;
            import org.junit.jupiter.api.Test;

            class NAMETest {
                @Test
                void argumentsAreRefused() {
                    assertThrows(Exit.class, () -> NAME.run(List.of("one")));
                    NAME.run(List.of());
                }
            }
            """;

    private static final String PAGE = """
            <h1>WORDS</h1>
            <p>{{viewer}}, this page is new.</p>
            """;

    private static final String PAGE_TEST = """
            package PACKAGE;

            import static org.junit.jupiter.api.Assertions.assertEquals;
            import static org.junit.jupiter.api.Assertions.assertTrue;

            import ROOT.RUNNING;
            import org.junit.jupiter.api.Test;

            class NAMEPageTest {
                @Test
                void itIsForThoseWhoAreLoggedIn() {
                    try (var app = RUNNING.start()) {
                        assertEquals(303, app.get("/DASHED").statusCode());
                        app.signUp("zoe@example.com");
                        var page = app.get("/DASHED", app.logIn("zoe@example.com"));
                        assertEquals(200, page.statusCode());
                        assertTrue(page.body().contains("<h1>WORDS</h1>"), page.body());
                    }
                }
            }
            """;

    static GeneratedPart of(String kind, List<String> names) throws IOException {
        require(names.size() == 2, "write: %s FEATURE NAME".formatted(kind));
        var name = names.get(1);
        require(name.matches("[A-Z][A-Za-z0-9]{1,39}"), "\"%s\" is no class name, such as SendLabel".formatted(name));
        require(!SourceVersion.isKeyword(name.toLowerCase(Locale.ROOT)), "\"%s\" is reserved".formatted(name));
        try (var files = Files.walk(Path.of("src/main/java"))) {
            var face = files.filter(
                            file -> file.getParent().endsWith(names.getFirst().replace("-", "")))
                    .filter(file -> file.toString().endsWith("Feature.java"))
                    .findFirst();
            require(face.isPresent(), "there is no feature " + names.getFirst());
            return new GeneratedPart(kind, face.get(), name);
        }
    }

    private String dashed() {
        return name.replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    Map<Path, String> files() throws IOException {
        var tests = Path.of(face.getParent().toString().replace("src/main/", "src/test/"));
        var files = new LinkedHashMap<Path, String>();
        switch (kind) {
            case "job" -> {
                files.put(face.resolveSibling(name + ".java"), filled(JOB));
                files.put(tests.resolve(name + "Test.java"), filled(JOB_TEST));
            }
            case "task" -> {
                files.put(face.resolveSibling(name + ".java"), filled(TASK));
                files.put(tests.resolve(name + "Test.java"), filled(TASK_TEST));
            }
            default -> {
                var folder = Path.of("src/main/resources/templates")
                        .resolve(face.getParent().getFileName());
                files.put(folder.resolve(dashed() + ".html"), filled(PAGE));
                files.put(tests.resolve(name + "PageTest.java"), filled(PAGE_TEST));
            }
        }
        return files;
    }

    private String filled(String template) throws IOException {
        var folder = Path.of("src/main/java").relativize(face.getParent());
        var running = GeneratedFeature.only(Path.of("src/test/java").resolve(folder.getParent()), "Running*.java");
        var words = dashed().replace('-', ' ');
        return template.replace("PACKAGE", folder.toString().replace('/', '.'))
                .replace("ROOT", folder.getParent().toString().replace('/', '.'))
                .replace("RUNNING", running.getFileName().toString().replace(".java", ""))
                .replace("DASHED", dashed())
                .replace("WORDS", GeneratedFeature.capitalized(words))
                .replace("NAME", name);
    }

    /** Adds the part's line to the method of the face that it belongs to, and the method if there is none. */
    void addToFace() throws IOException {
        var method = switch (kind) {
            case "job" -> "jobs(Worker worker)";
            case "task" -> "commands(Commands commands)";
            default -> "routes(Routes routes)";
        };
        var line = switch (kind) {
            case "job" -> "worker.on(%1$s.class, %1$s::run);".formatted(name);
            case "task" -> "commands.task(\"%s\", \"\", \"what it does\", %s::run);".formatted(dashed(), name);
            default ->
                "routes.page(\"/%1$s\", Access.USER, context -> services.layout().answer(context, \"%2$s/%1$s\", \"%3$s\", Map.of()));"
                        .formatted(dashed(), face.getParent().getFileName(), dashed().replace('-', ' '));
        };
        var lines = new ArrayList<>(Files.readAllLines(face));
        var head = "    public void %s {".formatted(method);
        if (!lines.contains(head)) lines.addAll(lines.lastIndexOf("}"), List.of("", "    @Override", head, "    }"));
        lines.add(lines.indexOf(head) + 1, "        " + line);
        for (var imported : List.of("dozen.http.Access", "dozen.jobs.Worker", "java.util.Map")) {
            var statement = "import %s;".formatted(imported);
            if (!lines.contains(statement)) lines.add(2, statement);
        }
        Generate.edit(face, lines);
    }
}
