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
 * Lets {@code java -jar app.jar} start from the AOT cache that lies beside the jar: classes as a training run left them,
 * loaded and linked. The JVM takes a cache from its command line alone, so the process replaces itself (execv) by one with
 * that option; process id, environment and open streams stay.
 *
 * <p>The JVM does not notice that a jar was replaced, and would go on running the old code from the cache. So the cache's
 * name holds a digest of the jar, of its libraries' names and sizes, and of the Java that made it: a cache of anything else
 * has another name, and is not looked at.
 */
public final class StartupCache {
    private static final String STARTED = "dozen.startup.cache";
    private static final int DIGITS = 16;
    /** Whoever sets one of these has plans of their own, or ones that no cache goes with. */
    private static final List<String> OWN_PLANS = List.of(
            "-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-Xshare", "-agentlib", "-javaagent");

    private StartupCache() {}

    /** Prints where the cache of the jar on the class path belongs. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(place(jar().orElseThrow()));
    }

    /** To be called first. Does nothing when there is no cache for this jar and this Java. */
    public static void use(String[] arguments) {
        if (System.getProperty(STARTED) != null) return;
        try {
            var jar = jar();
            if (jar.isEmpty() || !hasCaches(jar.get())) return;
            var command = ProcessHandle.current().info();
            var given = command.arguments().orElse(new String[0]);
            if (command.command().isEmpty()
                    || !endsWith(given, arguments)
                    || Arrays.stream(given).anyMatch(StartupCache::isOwnPlan)) return;
            var cache = place(jar.get());
            if (Files.isReadable(cache)) restart(command.command().get(), cache, given);
        } catch (Throwable e) {
            // it starts as it would have without one
        }
    }

    private static Optional<Path> jar() {
        var classPath = Path.of(System.getProperty("java.class.path"));
        return classPath.toString().endsWith(".jar") && Files.isRegularFile(classPath)
                ? Optional.of(classPath.toAbsolutePath())
                : Optional.empty();
    }

    /** Cheaper than the digest, for the many starts without any. */
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

    /** Their versions are exact, so a name and a size tell the content. */
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
        command.add("-Xlog:aot*=off,cds*=off"); // one that does not fit is not worth a word
        command.add("-D" + STARTED + "=" + cache);
        command.addAll(List.of(given));
        execute(command);
    }

    /** Or the system did not tell all of our command line, and we would run another. */
    private static boolean endsWith(String[] given, String[] arguments) {
        var from = given.length - arguments.length;
        return from > 0 && Arrays.equals(Arrays.copyOfRange(given, from, given.length), arguments);
    }

    private static boolean isOwnPlan(String argument) {
        return OWN_PLANS.stream().anyMatch(argument::startsWith);
    }

    /** Returns only when it failed. */
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
