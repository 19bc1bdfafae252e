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
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A project that scripts/new makes of a fresh clone has its own name everywhere, and works. */
@Tag("long")
class NewProjectIT {
    @TempDir
    private static Path temporary;

    private static FreshClone clone;

    @BeforeAll
    static void copy() throws IOException {
        clone = FreshClone.into(temporary.resolve("clone"));
    }

    record Ended(int code, String output) {}

    static Ended run(Path folder, String... command) throws IOException, InterruptedException {
        var output = Files.createTempFile("output", ".txt");
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertTrue(process.waitFor(1800, TimeUnit.SECONDS));
            return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    @Test
    void aForkBuildsUnderItsOwnNameAndNothingElseIsLeft() throws Exception {
        var fork = temporary.resolve("a shop");
        var made = run(clone.folder(), "scripts/new", "com.acme.shop", "web-shop", fork.toString());
        assertEquals(0, made.code(), made.output());
        assertEquals(List.of(), namingAcademy(fork));
        assertEquals(List.of(), Mentions.ofNothing(fork));
        for (var file : Machine.files(Path.of("src/main/java/dozen"), "")) {
            assertEquals(Files.readString(file), Files.readString(fork.resolve(file)), "the kit is as it was");
        }
        assertEquals("1\n", run(fork, "git", "rev-list", "--count", "HEAD").output());
        assertEquals("", run(fork, "git", "status", "--porcelain").output());
        var about = run(fork, "cat", "README.md", "app.json", "pom.xml").output();
        assertTrue(about.startsWith("# WebShop\n"), about);
        assertFalse(about.matches("(?is).*(starter.kit|scripts/new|for dozen).*"), about);
        var tests = "-Dtest=SettingsTest,DeployFilesTest,ApiDocumentTest,LearningTest,CertificatePdfTest";
        var tested = run(fork, "scripts/test", "-o", tests, "-DskipITs");
        assertEquals(0, tested.code(), tested.output());
        oneTestRunsOnServicesThatStayForTheNext(fork);
        theListsOfSettingsAreWrittenFromTheCode(fork);
        var cached = run(fork, "scripts/build", "--cache");
        assertEquals(0, cached.code(), cached.output());
        assertTrue(Files.exists(fork.resolve(cached.output().lines().toList().getLast())), cached.output());
    }

    private static void oneTestRunsOnServicesThatStayForTheNext(Path fork) throws Exception {
        var up = new ArrayList<String>();
        for (var i = 0; i < 2; i++) {
            var tested = run(fork, "scripts/test", "LearningTest");
            assertEquals(0, tested.code(), tested.output());
            up.add(Files.readString(fork.resolve(".dev/tests/up")));
        }
        assertEquals(up.getFirst(), up.getLast());
        var owner = up.getFirst().split(" ")[3];
        assertTrue(ProcessHandle.of(Long.parseLong(owner)).orElseThrow().destroy());
        for (var i = 0; i < 500 && Files.exists(fork.resolve(".dev/tests/processes")); i++) Thread.sleep(20);
        assertFalse(Files.exists(fork.resolve(".dev/tests/processes")), "its owner ends what it started");
    }

    private static void theListsOfSettingsAreWrittenFromTheCode(Path fork) throws Exception {
        var damage = "/^[|#] MAIL_FROM/d; /\"MAIL_FROM\"/s/sender/nonsense/";
        run(fork, "sed", "-i.old", damage, "README.md", ".env.example", "app.json");
        assertEquals(3, run(fork, "git", "diff", "--name-only").output().lines().count());
        var written = run(fork, "scripts/settings", "--write");
        assertEquals(0, written.code(), written.output());
        assertEquals("", run(fork, "git", "diff").output());
        assertEquals(64, run(fork, "scripts/settings", "--nonsense").code());
    }

    @Test
    void aForkWithChangesOfItsOwnTakesOverANewerKit() throws Exception {
        var dozen = FreshClone.into(temporary.resolve("dozen")).folder();
        commit(dozen, "init", "-q", "-b", "main");
        var worktree = temporary.resolve("worktree"); // in which .git is a file
        assertEquals(
                0,
                run(dozen, "git", "worktree", "add", "-q", worktree.toString()).code());
        var fork = temporary.resolve("fork");
        var made = run(worktree, "scripts/new", "com.acme.shop", "shop", fork.toString());
        assertEquals(0, made.code(), made.output());
        for (var repository : List.of(worktree, fork)) {
            assertEquals(
                    "1\n", run(repository, "git", "rev-list", "--count", "HEAD").output());
        }
        var params = Path.of("src/main/java/dozen/http/Params.java");
        var problem = Path.of("src/main/java/dozen/http/Problems.java");
        var main = Path.of("src/main/java/com/acme/shop/Main.java");
        append(fork.resolve(params), "// the fork's own line\n");
        append(fork.resolve(main), "// the fork's own feature\n");
        commit(fork, "status");
        prepend(dozen.resolve(params), "// from the newer kit\n");
        append(dozen.resolve(problem), "// from the newer kit, too\n");
        append(dozen.resolve("src/main/java/academy/Main.java"), "// Academy's, which no fork wants\n");
        commit(dozen, "status");

        var upgraded = run(fork, "scripts/upgrade", dozen.toString());
        assertEquals(0, upgraded.code(), upgraded.output());
        var merged = Files.readString(fork.resolve(params));
        assertTrue(merged.startsWith("// from the newer kit\n") && merged.endsWith("// the fork's own line\n"), merged);
        assertTrue(Files.readString(fork.resolve(problem)).endsWith("too\n"));
        assertTrue(Files.readString(fork.resolve(main)).endsWith("feature\n"));
        assertTrue(Files.readString(fork.resolve(".dozen"))
                .startsWith(run(dozen, "git", "rev-parse", "HEAD").output()));
        commit(fork, "status");
        assertTrue(run(fork, "scripts/upgrade", dozen.toString()).output().contains("as new as that"));
        var old = Files.createDirectories(fork.resolve("target")).resolve("app.aot");
        Files.writeString(old, "the cache of another jar");
        var built = run(fork, "scripts/build");
        assertEquals(0, built.code(), built.output());
        assertFalse(Files.exists(old), "a build deletes the cache of the jar before");

        append(fork.resolve(problem), "// ours\n");
        commit(fork, "status");
        append(dozen.resolve(problem), "// theirs\n");
        commit(dozen, "status");
        var conflict = run(fork, "scripts/upgrade", dozen.toString());
        assertEquals(1, conflict.code(), conflict.output());
        assertTrue(Files.readString(fork.resolve(problem)).contains("// ours\n======="), conflict.output());
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, Files.readString(file) + line);
    }

    private static void prepend(Path file, String line) throws IOException {
        Files.writeString(file, line + Files.readString(file));
    }

    /** @param first a git command that runs before the commit */
    private static void commit(Path folder, String... first) throws IOException, InterruptedException {
        var git = new ArrayList<>(List.of("git", "-c", "user.name=t", "-c", "user.email=t@localhost"));
        for (var command : List.of(List.of(first), List.of("add", "-A"), List.of("commit", "-qm", "A change"))) {
            var all = new ArrayList<>(git);
            all.addAll(command);
            assertEquals(0, run(folder, all.toArray(new String[0])).code());
        }
    }

    private static List<Path> namingAcademy(Path fork) throws IOException {
        try (var files = Files.walk(fork)) {
            return files.filter(file -> Files.isRegularFile(file) && !file.startsWith(fork.resolve(".git")))
                    .filter(NewProjectIT::namesAcademy)
                    .toList();
        }
    }

    private static boolean namesAcademy(Path file) {
        try {
            var text = file + Files.readString(file, StandardCharsets.ISO_8859_1);
            return text.toLowerCase(Locale.ROOT).contains("academy");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "shop, shop",
        "com.acme.Shop, shop",
        "com.acme.class, shop",
        "com.acme.shop, Shop",
        "com.acme.shop, shop-",
        "com.acme.shop, new",
        "com.acme.dozen, shop",
        "com.acme.shop, academy",
        "java.util.shop, shop",
        "com..shop, shop",
        "../etc, shop"
    })
    void badNamesAreRefusedInOneLineAndMakeNothing(String name, String artifact) throws Exception {
        var refused = run(
                clone.folder(),
                "scripts/new",
                name,
                artifact,
                temporary.resolve("none").toString());
        assertEquals(64, refused.code(), refused.output());
        assertEquals(1, refused.output().lines().count(), refused.output());
        assertFalse(Files.exists(temporary.resolve("none")));
    }

    @Test
    void nothingThatIsThereIsOverwritten() throws Exception {
        var there = Files.createDirectory(temporary.resolve("there"));
        var refused = run(clone.folder(), "scripts/new", "com.acme.shop", "shop", there.toString());
        assertEquals(64, refused.code());
        assertTrue(refused.output().contains("there is something at"), refused.output());
        try (var files = Files.list(there)) {
            assertEquals(0, files.count());
        }
    }
}
