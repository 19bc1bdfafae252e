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
            Pattern.compile("(?i)(?<![_e])certificates\\b|MakeCertificate|CertificatesFeature|pdfbox|\\bpdf\\b"),
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
    }

    /** A bare fork in which docs/first-feature.md is followed, and then everything else is generated. */
    @Test
    void aBareForkIsSmallAndWorksWithWhatIsGenerated() throws Exception {
        var shop = FirstFeature.fork(clone.folder());
        for (var feature : WORDS.keySet()) assertEquals(List.of(), mentions(shop, feature));
        assertEquals(List.of(), Mentions.ofNothing(shop));
        var files = NewProjectIT.run(shop, "git", "ls-files").output().lines().toList();
        assertTrue(files.size() <= 150, files.size() + " files: " + files);
        var main = Files.readAllLines(shop.resolve("src/main/java/com/acme/shop/Main.java"));
        assertTrue(main.size() <= 100, main.size() + " lines");

        FirstFeature.build(shop);
        generate(shop, """
                feature order-lines title:text 'note:text?' count:int 'size:int?!' price:decimal isPaid:bool 'due:date!' \
                'at:time?' token:uuid parcel:ref:parcels buyer:ref:accounts""");
        generate(shop, "feature boxes 'label:text!' 'gift:bool?' parcel:ref:parcels --access owner --api");
        for (var part : List.of("job boxes SendBox", "task boxes CountBoxes", "page accounts HelpPage")) {
            generate(shop, part);
        }
        var before = NewProjectIT.run(shop, "git", "status", "--short").output();
        generate(shop, "feature crates width:int");
        generate(shop, "--undo");
        assertEquals(before, NewProjectIT.run(shop, "git", "status", "--short").output());
        test(shop);
        var proven = NewProjectIT.run(shop, "scripts/factors");
        assertEquals(0, proven.code(), proven.output());
        FirstFeature.use(shop);
    }

    private static void generate(Path fork, String arguments) throws Exception {
        var generated = NewProjectIT.run(fork, "sh", "-c", "scripts/generate " + arguments);
        assertEquals(0, generated.code(), generated.output());
    }

    /** A feature that was generated can be taken out like those that were there. */
    @Test
    void aGeneratedFeatureComesAndGoes() throws Exception {
        var project = FreshClone.into(temporary.resolve("with-crates"));
        generate(project.folder(), "feature crates 'number:text!' course:ref:courses owner:ref:accounts");
        test(project.folder(), "-DskipITs", "-Dtest=CratesTest,AccessTest,ApiDocumentTest,ArchitectureTest");
        var without = fork(project, "without-crates", "--without", "crates");
        var named = new ArrayList<Path>();
        try (var files = Files.walk(without)) {
            for (var file : files.filter(ForksIT::isSource).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).matches("(?is).*\\bcrates?.*")) named.add(file);
            }
        }
        assertEquals(List.of(), named);
        test(without, "-DskipITs", "-Dtest=SettingsTest,AccessTest");
        var needed = "courses,learning,videos,certificates,reminders";
        assertRefused(project, needed, "courses is needed by crates: take out both");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "learning | learning is needed by certificates: take out both",
                "courses,learning | courses is needed by certificates: take out both",
                "accounts | accounts stays: it tells the kit who sends a request",
                "nonesuch | there is no feature \"nonesuch\""
            })
    void aFeatureThatIsNeededIsRefusedInALine(String without, String line) throws Exception {
        assertRefused(clone, without, line);
    }

    private static void assertRefused(FreshClone from, String without, String line) throws Exception {
        var fork = temporary.resolve("refused").toString();
        var refused =
                NewProjectIT.run(from.folder(), "scripts/new", "--without", without, "com.acme.till", "till", fork);
        assertEquals(64, refused.code(), refused.output());
        assertEquals(1, refused.output().lines().count(), refused.output());
        assertTrue(refused.output().contains(line), refused.output());
        assertFalse(Files.exists(Path.of(fork)));
    }
}
