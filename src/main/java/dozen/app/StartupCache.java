package dozen.app;

import dozen.security.Sha256;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;

/**
 * Lets {@code java -jar app.jar} start from the AOT cache beside the jar, which holds the classes as a training run
 * loaded and linked them. The JVM takes a cache only from its command line, so the process replaces itself (execv) with
 * one that has this option. Process id, environment and open streams stay the same.
 *
 * <p>The JVM does not notice that a jar was replaced, and would still run the old code from the cache. Therefore the
 * cache's file name holds a digest of the jar, of its libraries' names and sizes, and of the Java that made it. A cache
 * of anything else has another name, and is ignored.
 */
public final class StartupCache {
    private static final String STARTED = "dozen.startup.cache";
    private static final int DIGITS = 16;
    /**
     * Options that choose a cache themselves, or that work with none. With one of them, the process does not restart.
     */
    private static final List<String> CONFLICTING_OPTIONS = List.of(
            "-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-Xshare", "-agentlib", "-javaagent");

    private StartupCache() {}

    /** Prints where the cache of the jar on the class path belongs. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(place(jar().orElseThrow()));
    }

    /**
     * Restarts the process with its cache. Call it first in main. It does nothing when this jar and this Java have no
     * cache.
     */
    public static void use(String[] arguments) {
        if (System.getProperty(STARTED) != null) return;
        try {
            var jar = jar();
            if (jar.isEmpty() || !hasCaches(jar.get())) return;
            var command = ProcessHandle.current().info();
            var given = command.arguments().orElse(new String[0]);
            if (command.command().isEmpty()
                    || !endsWith(given, arguments)
                    || Arrays.stream(given).anyMatch(StartupCache::isConflictingOption)) return;
            var cache = place(jar.get());
            if (Files.isReadable(cache)) restart(command.command().get(), cache, given);
        } catch (Throwable e) {
            // the process starts without a cache
        }
    }

    private static Optional<Path> jar() {
        var classPath = Path.of(System.getProperty("java.class.path"));
        return classPath.toString().endsWith(".jar") && Files.isRegularFile(classPath)
                ? Optional.of(classPath.toAbsolutePath())
                : Optional.empty();
    }

    /** Whether any cache lies beside the jar. This costs less than the digest, and many starts have no cache. */
    private static boolean hasCaches(Path jar) throws IOException {
        try (var caches = Files.newDirectoryStream(jar.getParent(), "*.aot")) {
            return caches.iterator().hasNext();
        }
    }

    private static Path place(Path jar) throws IOException {
        var digest = Sha256.start();
        digest.update(Files.readAllBytes(jar));
        digest.update(libraries(jar).getBytes(StandardCharsets.UTF_8));
        digest.update(System.getProperty("java.vm.version").getBytes(StandardCharsets.UTF_8));
        digest.update(System.getProperty("java.home").getBytes(StandardCharsets.UTF_8));
        var name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
        var hex = HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
        return jar.resolveSibling(name + "-" + hex + ".aot");
    }

    /** The names and sizes of the libraries. Their versions are exact, so name and size identify the content. */
    private static String libraries(Path jar) throws IOException {
        var text = new StringBuilder();
        try (var file = new JarFile(jar.toFile())) {
            var classPath = file.getManifest().getMainAttributes().getValue("Class-Path");
            for (var library : classPath == null ? new String[0] : classPath.split(" ")) {
                text.append(library).append(' ');
                text.append(Files.size(jar.resolveSibling(library))).append('\n');
            }
        }
        return text.toString();
    }

    private static void restart(String java, Path cache, String[] given) throws Throwable {
        var command = new ArrayList<String>();
        command.add(java);
        command.add("-XX:AOTCache=" + cache);
        command.add("-Xlog:aot*=off,cds*=off"); // hides messages about a cache that does not fit
        command.add("-D" + STARTED + "=" + cache);
        command.addAll(List.of(given));
        execute(command);
    }

    /**
     * Whether the given command line ends with our arguments. If not, the system did not report all of it, and we would
     * run a different command.
     */
    private static boolean endsWith(String[] given, String[] arguments) {
        var from = given.length - arguments.length;
        return from > 0 && Arrays.equals(Arrays.copyOfRange(given, from, given.length), arguments);
    }

    private static boolean isConflictingOption(String argument) {
        return CONFLICTING_OPTIONS.stream().anyMatch(argument::startsWith);
    }

    /** Replaces the process with the command (execv). It returns only on failure. */
    private static void execute(List<String> command) throws Throwable {
        var linker = Linker.nativeLinker();
        var execv = linker.downcallHandle(
                linker.defaultLookup().find("execv").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var pointers = arena.allocate(ValueLayout.ADDRESS, command.size() + 1L);
            for (var i = 0; i < command.size(); i++) {
                pointers.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(command.get(i)));
            }
            pointers.setAtIndex(ValueLayout.ADDRESS, command.size(), MemorySegment.NULL);
            var _ = (int) execv.invokeExact(arena.allocateFrom(command.getFirst()), pointers);
        }
    }
}
