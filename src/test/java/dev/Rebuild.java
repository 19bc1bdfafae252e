package dev;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import javax.tools.ToolProvider;

/** Compiles src/main within this JVM, where the compiler is warm, and replaces target/app.jar. */
public final class Rebuild {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path RESOURCES = Path.of("src/main/resources");
    /** The files that the build adds to the jar, beside the classes and resources of src/main. */
    private static final List<Path> BUILT =
            List.of(Path.of("target/classes/release.properties"), Path.of("target/classes/fonts"));

    private static final Path JAR = Path.of("target/app.jar");

    private final Path classes;
    private final Set<String> folders = new HashSet<>();

    /** @param folder holds the classes between compiling and packing */
    Rebuild(Path folder) {
        this.classes = folder.resolve("classes");
    }

    /**
     * Compiles the sources and replaces the jar. When a source does not compile, prints the compiler's messages, keeps
     * the old jar and returns false.
     */
    boolean run() throws IOException {
        var messages = new StringWriter();
        if (!compile(messages)) {
            System.err.println(messages);
            return false;
        }
        var next = JAR.resolveSibling("app.jar.next");
        try (var old = new JarFile(JAR.toFile());
                var jar = new JarOutputStream(Files.newOutputStream(next), old.getManifest())) {
            jar.setLevel(Deflater.NO_COMPRESSION); // the time matters here, not the size
            folders.clear();
            add(jar, classes);
            add(jar, RESOURCES);
            for (var built : BUILT) for (var file : files(built, "")) add(jar, built.getParent(), file);
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
        delete(classes);
        Files.createDirectories(classes);
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var options = List.of(
                    "-d", classes.toString(), "-classpath", libraries(), "-parameters", "--release", "25", "-nowarn");
            return compiler.getTask(
                            messages,
                            files,
                            null,
                            options,
                            null,
                            files.getJavaFileObjectsFromPaths(files(SOURCES, ".java")))
                    .call();
        }
    }

    private static String libraries() throws IOException {
        return String.join(
                ":",
                files(Path.of("target/lib"), ".jar").stream()
                        .map(Path::toString)
                        .toList());
    }

    /** Adds the files and the folders. Without an entry for its folder, a migration in db/migration is not found. */
    private void add(JarOutputStream jar, Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (Stream<Path> found = Files.walk(folder)) {
            for (var each : found.filter(path -> !path.equals(folder)).sorted().toList()) add(jar, folder, each);
        }
    }

    private void add(JarOutputStream jar, Path folder, Path file) throws IOException {
        var isFolder = Files.isDirectory(file);
        var name = folder.relativize(file) + (isFolder ? "/" : "");
        if (isFolder && !folders.add(name)) return; // classes and resources share some folders
        jar.putNextEntry(new JarEntry(name));
        if (!isFolder) Files.copy(file, jar);
        jar.closeEntry();
    }

    static List<Path> files(Path folder, String ending) throws IOException {
        if (!Files.exists(folder)) return List.of();
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(
                            file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        var all = new ArrayList<Path>();
        try (Stream<Path> found = Files.walk(folder)) {
            found.forEach(all::add);
        }
        for (var path : all.reversed()) Files.delete(path);
    }
}
