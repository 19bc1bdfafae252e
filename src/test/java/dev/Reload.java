package dev;

import dev.Processes.Procfile;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import javax.tools.ToolProvider;

/**
 * Watches src/main. When a file is saved, the sources are compiled, a changed migration is released, and the processes
 * are restarted.
 */
final class Reload {
    /** It polls, because the JDK's watch service takes seconds on macOS. A hundred files take under a millisecond. */
    private static final int POLL_MS = 50;

    private static final Path WATCHED = Path.of("src/main");
    private static final Path MIGRATIONS = WATCHED.resolve("resources/db/migration");

    private final Rebuild rebuild;
    private final Processes processes;
    private final Procfile procfile;
    private final CountDownLatch stop;
    /** Whether a migration has changed since the last one was released. */
    private boolean migrate;

    /** @param folder holds the classes between compiling and packing */
    Reload(Path folder, Processes processes, Procfile procfile, CountDownLatch stop) throws IOException {
        // Read once, because a build beside this one deletes the jar before it makes another.
        try (var jar = new JarFile(Rebuild.JAR.toFile())) {
            this.rebuild = new Rebuild(folder.resolve("classes"), jar.getManifest());
        }
        this.processes = processes;
        this.procfile = procfile;
        this.stop = stop;
    }

    /** Watches until the latch that stops everything opens. */
    void watch() throws IOException, InterruptedException {
        var seen = times();
        for (var i = 0; i < 3; i++) rebuild.warmUp();
        while (!stop.await(POLL_MS, TimeUnit.MILLISECONDS)) {
            var now = times();
            if (now.equals(seen)) continue;
            migrate |= !only(MIGRATIONS, now).equals(only(MIGRATIONS, seen));
            seen = migrate ? settled(now) : now;
            restart();
        }
    }

    /** Returns once nothing has changed for 200 ms, so that no migration is released half-written; after 10 s anyway. */
    private static Map<Path, FileTime> settled(Map<Path, FileTime> times) throws IOException, InterruptedException {
        var now = times;
        for (var i = 0; i < 50; i++) {
            var before = now;
            Thread.sleep(200);
            now = times();
            if (now.equals(before)) break;
        }
        return now;
    }

    private void restart() throws IOException, InterruptedException {
        var start = System.nanoTime();
        if (!rebuild.run()) {
            System.out.println("It does not compile; what runs is as before.");
            return;
        }
        if (migrate && processes.run("release", procfile.release()) != 0) {
            System.out.println(
                    "The migration failed; what runs is as before. One that was applied can't be changed: write"
                            + " another, or begin anew with --fresh.");
            return;
        }
        migrate = false;
        processes.stopAll();
        processes.startAll(procfile.processTypes());
        System.out.printf("restarted, %d ms after the change%n", (System.nanoTime() - start) / 1_000_000);
    }

    private static Map<Path, FileTime> only(Path folder, Map<Path, FileTime> times) {
        var found = new HashMap<>(times);
        found.keySet().removeIf(file -> !file.startsWith(folder));
        return found;
    }

    private static Map<Path, FileTime> times() throws IOException {
        for (var tries = 1; ; tries++) {
            var times = new HashMap<Path, FileTime>();
            try {
                for (var file : Machine.files(WATCHED, "")) times.put(file, Files.getLastModifiedTime(file));
                return times;
            } catch (NoSuchFileException | UncheckedIOException e) {
                if (tries == 20) throw e; // before that: deleted while we looked
            }
        }
    }

    /** Compiles src/main within this JVM, where the compiler is warm, and replaces target/app.jar. */
    private record Rebuild(Path classes, Manifest manifest) {
        private static final Path JAR = Path.of("target/app.jar");
        /** The files that the build adds to the jar, beside the classes and resources of src/main. */
        private static final List<Path> BUILT =
                List.of(Path.of("target/classes/release.properties"), Path.of("target/classes/fonts"));

        /**
         * Compiles the sources and replaces the jar. When a source does not compile, prints the compiler's messages,
         * keeps the old jar and returns false.
         */
        boolean run() throws IOException {
            var messages = new StringWriter();
            if (!compile(messages)) {
                System.err.println(messages);
                return false;
            }
            var next = JAR.resolveSibling("app.jar.next");
            try (var jar = new JarOutputStream(Files.newOutputStream(next), manifest)) {
                jar.setLevel(Deflater.NO_COMPRESSION); // the time matters here, not the size
                var folders = new HashSet<Path>();
                add(jar, folders, classes, classes);
                add(jar, folders, WATCHED.resolve("resources"), WATCHED.resolve("resources"));
                for (var built : BUILT) add(jar, folders, built.getParent(), built);
            }
            Files.deleteIfExists(JAR.resolveSibling("app.aot")); // the JVM would run the old code from it
            // The move is atomic: a process that has the old jar open keeps reading the old one.
            Files.move(next, JAR, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }

        /** Compiles and discards the result: the compiler's first runs are its slowest, and nobody waits for this one. */
        void warmUp() throws IOException {
            compile(Writer.nullWriter());
        }

        private boolean compile(Writer messages) throws IOException {
            Machine.delete(classes);
            Files.createDirectories(classes);
            var libraries = Machine.files(Path.of("target/lib"), ".jar").stream()
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
            var options = List.of(
                    "-d", classes.toString(), "-classpath", libraries, "-parameters", "--release", "25", "-nowarn");
            var compiler = ToolProvider.getSystemJavaCompiler();
            try (var files = compiler.getStandardFileManager(null, null, null)) {
                var sources = files.getJavaFileObjectsFromPaths(Machine.files(WATCHED.resolve("java"), ".java"));
                return compiler.getTask(messages, files, null, options, null, sources)
                        .call();
            }
        }

        /**
         * Adds what there is at a path, named as seen from a root. Folders are added, too: without an entry for its
         * folder, a migration in db/migration is not found.
         *
         * @param folders those added so far, because classes and resources share some
         */
        private static void add(JarOutputStream jar, Set<Path> folders, Path root, Path path) throws IOException {
            for (var each : Machine.all(path)) {
                var name = root.relativize(each);
                var isFolder = Files.isDirectory(each);
                if (each.equals(root) || isFolder && !folders.add(name)) continue;
                if (!isFolder && !Files.isRegularFile(each)) continue; // an editor's link that leads nowhere
                jar.putNextEntry(new JarEntry(name + (isFolder ? "/" : "")));
                if (!isFolder) Files.copy(each, jar);
                jar.closeEntry();
            }
        }
    }
}
