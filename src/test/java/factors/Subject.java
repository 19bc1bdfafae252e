package factors;

import dev.MailCatcher;
import dev.TestServices;
import factors.Declarations.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** The built artifact in the project's folder, the services around it, and what can be seen of it from outside. */
final class Subject implements AutoCloseable {
    final Path project = Path.of("").toAbsolutePath();
    final Declarations declared;
    final TestServices services = TestServices.shared();
    final MailCatcher mails = MailCatcher.start();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Future<Long> killed;

    Subject() throws IOException {
        declared = Declarations.all();
        App.prepare();
    }

    /** Starts the proof that waits most of the time, the killed worker, so that it runs beside the other proofs. */
    void killAWorker() {
        killed = threads.submit(() -> OneProcess.kill(this));
    }

    /** Waits for the proof that {@link #killAWorker} started; returns after how many seconds all jobs were done. */
    long killed() throws Exception {
        try {
            return killed.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /**
     * The settings of a deploy with a database of its own. Passwords are cheap to hash, because most proofs do not
     * measure that.
     */
    Map<String, String> deploy() {
        return deploy(services.newDatabase());
    }

    Map<String, String> deploy(String databaseUrl) {
        var settings = services.settings(databaseUrl);
        settings.put("SMTP_URL", mails.url());
        settings.put("ARGON2_MEMORY_KIB", "7168");
        settings.put("ARGON2_ITERATIONS", "1");
        return settings;
    }

    static Map<String, String> with(Map<String, String> settings, String... changes) {
        var changed = new TreeMap<>(settings);
        for (var i = 0; i < changes.length; i += 2) changed.put(changes[i], changes[i + 1]);
        return changed;
    }

    App start(Map<String, String> settings, String... type) throws IOException {
        return App.start(settings, type);
    }

    Visitor visitor(App web) throws InterruptedException {
        return new Visitor(declared, web.port());
    }

    /** How many mails came to this address. */
    static long mailsTo(MailCatcher catcher, String address) {
        return catcher.mails().stream()
                .filter(mail -> mail.to().contains(address))
                .count();
    }

    /** The SHA-256 of every file of the artifact, by its name. */
    Map<String, String> artifact() throws IOException {
        var files = new TreeMap<String, String>();
        files.put("app.jar", digest(App.JAR));
        try (var libraries = Files.list(App.JAR.resolveSibling("lib"))) {
            for (var library : (Iterable<Path>) libraries::iterator) {
                files.put("lib/" + library.getFileName(), digest(library));
            }
        }
        return files;
    }

    private static String digest(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The regular files that a process has open for writing, as the system sees it. */
    static List<String> writtenBy(long pid) throws IOException {
        var written = new ArrayList<String>();
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (var each : (Iterable<Path>) open::iterator) {
                try {
                    var file = Files.readSymbolicLink(each);
                    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) continue;
                    var info = Files.readString(Path.of("/proc/" + pid + "/fdinfo/" + each.getFileName()));
                    var flags = info.lines()
                            .filter(line -> line.startsWith("flags:"))
                            .findFirst()
                            .orElse("flags: 0");
                    if (flags.matches(".*[12]\\s*$")) written.add(file.toString());
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        }
        return written;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        mails.close();
    }
}
