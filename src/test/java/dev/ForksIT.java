package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forks without some features build, pass their tests, and name nothing of what was taken out. */
@Tag("long")
@ResourceLock(value = "builds", mode = ResourceAccessMode.READ)
@Execution(ExecutionMode.CONCURRENT) // two at a time: half of a build runs on one core
class ForksIT {
    private static final Semaphore TURNS = new Semaphore(2);
    /** The words that only this feature uses. A plain "certificate" is also TLS's, and a digest is also a hash. */
    private static final Map<String, Pattern> WORDS = Map.of(
            "courses",
            Pattern.compile("(?i)\\bcourses?\\b|lesson|catalogue|fastcsv"),
            "learning",
            Pattern.compile("(?i)enrol|/learning|LearningFeature|completions\\b"),
            "videos",
            Pattern.compile("(?i)video|\\bfilms?\\b|ffmpeg|ffprobe|transcod|bytedeco"),
            "certificates",
            Pattern.compile("(?i)certificates\\b|MakeCertificate|CertificatesFeature|pdfbox|\\bpdf\\b"),
            "reminders",
            Pattern.compile("(?i)reminder|digests|DIGEST_CRON|SendDigest|/unsubscribe|UnsubscribeLinks"),
            "files",
            Pattern.compile("\\bS3|LocalS3|AWS_|FileStorage|s3proxy"));

    private static final String OWN_TESTS = "-Dtest=com/acme/till/**/*Test,dev/*Test";

    @TempDir
    private static Path temporary;

    private static FreshClone clone;

    @BeforeEach
    void takeTurn() throws InterruptedException {
        TURNS.acquire();
    }

    @AfterEach
    void endTurn() {
        TURNS.release();
    }

    @BeforeAll
    static void copy() throws IOException {
        clone = FreshClone.into(temporary.resolve("clone"));
    }

    private static Path fork(String name, String... options) throws Exception {
        return fork(clone, name, options);
    }

    private static Path fork(FreshClone from, String name, String... options) throws Exception {
        var fork = temporary.resolve(name);
        var command = new ArrayList<>(List.of("scripts/new"));
        command.addAll(List.of(options));
        command.addAll(List.of("com.acme.till", "till", fork.toString()));
        var made = NewProjectIT.run(from.folder(), command.toArray(String[]::new));
        assertEquals(0, made.code(), made.output());
        return fork;
    }

    private static void test(Path fork, String... options) throws Exception {
        var command = new ArrayList<>(List.of("scripts/test", "-o"));
        command.addAll(List.of(options));
        var tested = NewProjectIT.run(fork, command.toArray(String[]::new));
        assertEquals(0, tested.code(), tested.output());
    }

    /** Every place that uses one of the feature's words, as file, line number and line. */
    private static List<String> mentions(Path fork, String feature) throws IOException {
        var found = new ArrayList<String>();
        try (var files = Files.walk(fork)) {
            for (var file : files.filter(ForksIT::isSource).toList()) {
                var name = fork.relativize(file).toString();
                var lines = Files.readString(file, StandardCharsets.ISO_8859_1)
                        .lines()
                        .toList();
                if (WORDS.get(feature).matcher(name).find()) found.add(name);
                for (var i = 0; i < lines.size(); i++) {
                    if (WORDS.get(feature).matcher(lines.get(i)).find()) found.add(name + ":" + i + " " + lines.get(i));
                }
            }
        }
        return found;
    }

    private static boolean isSource(Path file) {
        var path = file.toString();
        return Files.isRegularFile(file)
                && !path.contains("/.git/")
                && !path.contains("/target/")
                && !path.contains("/.dev/")
                && !path.endsWith("LICENSE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"videos", "certificates", "reminders", "learning,certificates,reminders"})
    void aForkWithoutAFeatureWorksAndDoesNotNameIt(String without) throws Exception {
        var fork = fork("without-" + without, "--without", without);
        for (var feature : without.split(",")) assertEquals(List.of(), mentions(fork, feature));
        test(fork, "-DskipITs", OWN_TESTS); // the kit's tests run here already
        if (without.equals("videos")) proveFactors(fork);
    }

    private static void proveFactors(Path fork) throws Exception {
        var proven = NewProjectIT.run(fork, "scripts/factors");
        assertEquals(0, proven.code(), proven.output());
    }

    @Test
    void aBareForkIsSmallAndWorks() throws Exception {
        var fork = fork("bare", "--bare");
        for (var feature : WORDS.keySet()) assertEquals(List.of(), mentions(fork, feature));
        var files = NewProjectIT.run(fork, "git", "ls-files").output().lines().toList();
        assertTrue(files.size() <= 150, files.size() + " files: " + files);
        var main = Files.readAllLines(fork.resolve("src/main/java/com/acme/till/Main.java"));
        assertTrue(main.size() <= 100, main.size() + " lines");
        test(fork);
        proveFactors(fork);
    }

    /** A feature that did not exist yet: its package, a line in Main and one in Settings, and all of it out again. */
    @Test
    void aNewFeatureComesAndGoesByItsPackageAndItsLines() throws Exception {
        var project = FreshClone.into(temporary.resolve("with-parcels")).folder();
        var sources = project.resolve("src/main/java/academy");
        Files.createDirectories(sources.resolve("parcels"));
        Files.writeString(sources.resolve("parcels/ParcelsFeature.java"), PARCELS);
        insert(sources.resolve("Main.java"), "        var features = new Feature.All();", """
                        features.add(new ParcelsFeature(settings.parcels(), services));
                """.stripIndent()
                .indent(8));
        insert(sources.resolve("Main.java"), "import academy.courses.CoursesFeature;", """
                import academy.parcels.ParcelsFeature;
                """);
        insert(sources.resolve("Settings.java"), "        AccountsFeature.Settings accounts,", """
                ParcelsFeature.Settings parcels,
                """.indent(8));
        insert(sources.resolve("Settings.java"), "                AccountsFeature.Settings.read(env),", """
                ParcelsFeature.Settings.read(env),
                """.indent(16));
        insert(sources.resolve("Settings.java"), "import academy.accounts.AccountsFeature;", """
                import academy.parcels.ParcelsFeature;
                """);
        for (var list : List.of("docs/settings.md", ".env.example")) {
            var line = list.endsWith(".md") ? "| PARCELS_MAX | 10 | parcels at once (1 to 100) |" : "# PARCELS_MAX=10";
            var after = list.endsWith(".md") ? "| SIGN_UPS_BY_ADDRESS " : "# SIGN_UPS_BY_ADDRESS=";
            insertAfterLine(project.resolve(list), after, line);
        }
        var changed = new FreshClone(project);
        var with = fork(changed, "with");
        assertTrue(Files.readString(with.resolve("src/main/java/com/acme/till/Main.java"))
                .contains("Parcels"));
        test(with, "-DskipITs", "-Dtest=SettingsTest,AccessTest");
        var without = fork(changed, "without-parcels", "--without", "parcels");
        var named = new ArrayList<Path>();
        try (var files = Files.walk(without)) {
            for (var file : files.filter(ForksIT::isSource).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).matches("(?is).*parcel.*")) named.add(file);
            }
        }
        assertEquals(List.of(), named);
        test(without, "-DskipITs", "-Dtest=SettingsTest,AccessTest");
    }

    private static final String PARCELS = """
            package academy.parcels;

            import dozen.app.Feature;
            import dozen.app.Services;
            import dozen.config.Env;
            import dozen.http.Access;
            import dozen.http.Routes;

            /** Parcels. */
            public final class ParcelsFeature implements Feature {
                public record Settings(int max) {
                    public static Settings read(Env env) {
                        return new Settings(env.setting("PARCELS_MAX", "parcels at once").integer(10, 1, 100));
                    }
                }

                private final Settings settings;

                public ParcelsFeature(Settings settings, Services services) {
                    this.settings = settings;
                }

                @Override
                public void routes(Routes routes) {
                    routes.get("/api/parcels", Access.USER, context -> context.json(settings))
                            .summary("How many parcels there may be at once")
                            .returns(200, Settings.class);
                }
            }
            """;

    private static void insert(Path file, String after, String text) throws IOException {
        var content = Files.readString(file);
        assertTrue(content.contains(after + "\n"), file + " has no line " + after);
        Files.writeString(file, content.replace(after + "\n", after + "\n" + text));
    }

    private static void insertAfterLine(Path file, String beginning, String line) throws IOException {
        var lines = new ArrayList<>(Files.readAllLines(file));
        for (var i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith(beginning)) continue;
            lines.add(i + 1, line);
            Files.write(file, lines);
            return;
        }
        throw new AssertionError(file + " has no line that begins with " + beginning);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "learning | learning is needed by certificates: take out both",
                "courses,learning | courses is needed by reminders: take out both",
                "accounts | accounts stays: it tells the kit who sends a request",
                "nonesuch | there is no feature \"nonesuch\""
            })
    void aFeatureThatIsNeededIsRefusedInALine(String without, String line) throws Exception {
        var fork = temporary.resolve("refused");
        var refused = NewProjectIT.run(
                clone.folder(), "scripts/new", "--without", without, "com.acme.till", "till", fork.toString());
        assertEquals(64, refused.code(), refused.output());
        assertEquals(1, refused.output().lines().count(), refused.output());
        assertTrue(refused.output().contains(line), refused.output());
        assertFalse(Files.exists(fork));
    }
}
