package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A proof that can't fail proves nothing: each factor is broken in a copy of the project, and exactly its row must
 * fail. Only that row is run; with -Dmutations=all, every row is run, which takes ten minutes.
 */
@Tag("long")
class MutationsIT {
    /** Whether every row is run for each mutation. */
    private static final boolean ALL_ROWS = System.getProperty("mutations", "").equals("all");
    /** Two mutations are tried at once; with all rows only one, because some rows measure time. */
    private static final Semaphore SLOTS = new Semaphore(ALL_ROWS ? 1 : 2);

    private static final Path PROJECT = Path.of("").toAbsolutePath();

    /**
     * A change to a file of the copy. A changed source is compiled into the copy's jar.
     *
     * @param replacements pairs of old and new text
     */
    record Mutation(String row, String what, String file, String... replacements) {
        @Override
        public String toString() {
            return row + " " + what;
        }
    }

    static List<Mutation> mutations() {
        var main = "src/main/java/academy/Main.java";
        var web = "static Server web(Settings settings, Lifecycle lifecycle) {";
        var worker = "static Worker worker(Settings settings, Lifecycle lifecycle) {";
        return List.of(
                new Mutation(
                        "I", "a process type of another artifact", "Procfile", "app.jar worker", "worker.jar worker"),
                new Mutation("II", "a library that nobody declared", "target/lib/undeclared-1.0.jar"),
                new Mutation(
                        "III",
                        "a secret in a log",
                        main,
                        web,
                        web
                                + "org.slf4j.LoggerFactory.getLogger(Main.class).info(\"key {}\", settings.services().secretKey().reveal());"),
                new Mutation(
                        "IV",
                        "a resource that is not asked",
                        "src/main/java/academy/videos/VideosFeature.java",
                        "storage::ping",
                        "() -> {}"),
                new Mutation(
                        "V",
                        "web that migrates",
                        main,
                        web,
                        web + "Migrations.run(settings.services().postgres().url());"),
                new Mutation(
                        "VI",
                        "an in-memory session",
                        "src/main/java/academy/accounts/Sessions.java",
                        "Duration lasts) {",
                        "Duration lasts) { private static final java.util.Map<String, String> MEMORY ="
                                + " new java.util.concurrent.ConcurrentHashMap<>();",
                        "redis.client().set(key(token), value, SetParams.setParams().ex(lasts.toSeconds()));",
                        "MEMORY.put(token, value);",
                        "redis.get(key(token))",
                        "Optional.ofNullable(MEMORY.get(token))"),
                new Mutation(
                        "VI",
                        "a write to disk",
                        "src/main/java/academy/accounts/Sessions.java",
                        "var bytes = new byte[TOKEN_BYTES];",
                        "var bytes = new byte[TOKEN_BYTES]; try { java.nio.file.Files.createTempFile(\"state\", \"\"); }"
                                + " catch (java.io.IOException e) { throw new IllegalStateException(e); }"),
                new Mutation(
                        "VII",
                        "a port that is not the given one",
                        "src/main/java/dozen/http/Server.java",
                        "new Settings(port,",
                        "new Settings(0,"),
                new Mutation(
                        "VIII",
                        "a job enqueued twice",
                        "src/main/java/academy/accounts/Authentication.java",
                        "jobs.enqueue(transaction, new SendWelcomeMail(account.id()))",
                        "{ jobs.enqueue(transaction, new SendWelcomeMail(account.id()));"
                                + " jobs.enqueue(transaction, new SendWelcomeMail(account.id())); }"),
                new Mutation(
                        "IX",
                        "a dropped drain",
                        "src/main/java/dozen/http/Server.java",
                        "await(deadline, () -> inFlight.getCurrentRequestCount() == 0);\n",
                        "\n",
                        "Math.max(1, (deadline - System.nanoTime()) / 1_000_000)",
                        "1"),
                new Mutation("X", "an older engine in production", "docker-compose.yml", "postgres:18", "postgres:16"),
                new Mutation("XI", "a line on stderr", main, worker, worker + "System.err.println(\"here\");"),
                new Mutation(
                        "XII",
                        "no such task",
                        "src/main/java/academy/accounts/AccountsFeature.java",
                        "\"create-admin\"",
                        "\"make-admin\""));
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT) // the mutations run beside each other only; each waits half of the time
    @MethodSource("mutations")
    void exactlyItsRowFails(Mutation mutation, @TempDir Path copy) throws Exception {
        SLOTS.acquire();
        try {
            check(mutation, copy);
        } finally {
            SLOTS.release();
        }
    }

    private static void check(Mutation mutation, Path copy) throws Exception {
        copyTo(copy);
        mutate(copy, mutation);
        var rows = ALL_ROWS ? Factors.ALL.stream().map(Factors.Factor::numeral).toList() : List.of(mutation.row());
        var output = prove(copy, rows);
        for (var row : rows) {
            var line = output.lines()
                    .filter(each -> each.startsWith(row + " "))
                    .findFirst()
                    .orElse(output);
            assertEquals(row.equals(mutation.row()), line.contains(" FAIL "), line);
        }
    }

    /** Copies the files that the proof reads, and links the libraries and folders that no mutation changes. */
    private static void copyTo(Path copy) throws IOException {
        Files.createDirectories(copy.resolve("target/lib"));
        for (var file : List.of(
                "pom.xml",
                "Procfile",
                "docker-compose.yml",
                "app.json",
                "system.properties",
                "Dockerfile",
                "target/app.jar",
                "target/bom.json")) {
            Files.copy(PROJECT.resolve(file), copy.resolve(file));
        }
        try (var libraries = Files.list(PROJECT.resolve("target/lib"))) {
            for (var library : (Iterable<Path>) libraries::iterator) {
                Files.createSymbolicLink(copy.resolve("target/lib").resolve(library.getFileName()), library);
            }
        }
        Files.createDirectories(copy.resolve("src/test"));
        Files.createSymbolicLink(copy.resolve("src/test/resources"), PROJECT.resolve("src/test/resources"));
        Files.createSymbolicLink(copy.resolve(".dev"), Files.createDirectories(PROJECT.resolve(".dev")));
        Files.createSymbolicLink(copy.resolve("target/s3"), PROJECT.resolve("target/s3"));
    }

    private static void mutate(Path copy, Mutation mutation) throws IOException {
        var file = copy.resolve(mutation.file());
        if (mutation.file().endsWith(".jar")) {
            Files.copy(copy.resolve("target/app.jar"), file);
            return;
        }
        var text = Files.readString(PROJECT.resolve(mutation.file()));
        for (var i = 0; i < mutation.replacements().length; i += 2) {
            var changed = text.replace(mutation.replacements()[i], mutation.replacements()[i + 1]);
            assertNotEquals(text, changed, "there is no longer: " + mutation.replacements()[i]);
            text = changed;
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        if (mutation.file().endsWith(".java")) compileInto(copy, file);
    }

    private static void compileInto(Path copy, Path source) throws IOException {
        var classes = Files.createDirectories(copy.resolve("classes"));
        run(
                "javac",
                "-nowarn",
                "-proc:none",
                "-parameters",
                "--release",
                "25",
                "-d",
                classes.toString(),
                "-cp",
                classPath(),
                source.toString());
        run("jar", "--update", "--file", copy.resolve("target/app.jar").toString(), "-C", classes.toString(), ".");
    }

    private static void run(String tool, String... arguments) {
        assertEquals(0, ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, arguments));
    }

    private static String prove(Path copy, List<String> rows) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Darchive=" + (rows.size() > 1),
                "-cp",
                classPath()));
        command.add(Factors.class.getName());
        command.addAll(rows);
        var output = copy.resolve("output.txt");
        var process = new ProcessBuilder(command)
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(rows.size() > 1 ? 400 : 240, TimeUnit.SECONDS));
        return Files.readString(output);
    }

    /** The class path with absolute paths, because it is used in another folder. */
    private static String classPath() throws IOException {
        var libraries =
                Files.readString(PROJECT.resolve("target/test-classpath")).strip();
        return Stream.concat(
                        Stream.of(PROJECT.resolve("target/test-classes"), PROJECT.resolve("target/classes"))
                                .map(Path::toString),
                        Arrays.stream(libraries.split(":")))
                .collect(Collectors.joining(":"));
    }
}
