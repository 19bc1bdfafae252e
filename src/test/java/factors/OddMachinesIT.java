package factors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.Machine;
import dev.MailCatcher;
import dev.TestServices;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built jar works on machines that are set up differently from ours. */
class OddMachinesIT {
    private final TestServices services = TestServices.shared();

    @Test
    void servicesMayHaveUnderscoresInTheirNamesAsInComposeFiles(@TempDir Path folder) throws Exception {
        var hosts = Files.writeString(
                folder.resolve("hosts"), "127.0.0.1 localhost my_postgres redis_1 my_s3 mail_catcher my_web\n");
        try (var mails = MailCatcher.start();
                var client = HttpClient.newHttpClient()) {
            var settings = services.settings(services.newDatabase().replace("127.0.0.1", "my_postgres"));
            settings.put("REDIS_URL", services.redis().url().replace("127.0.0.1", "redis_1"));
            settings.putAll(services.s3().settings());
            settings.compute("AWS_ENDPOINT_URL_S3", (_, url) -> url.replace("127.0.0.1", "my_s3"));
            settings.put("SMTP_URL", mails.url().replace("127.0.0.1", "mail_catcher"));
            settings.put("PUBLIC_URL", "http://my_web:8000/");
            var java = List.of("-Djdk.net.hosts.file=" + hosts, "-jar", App.JAR.toString());
            try (var web = App.startPlain(settings, java, "web");
                    var worker = App.startPlain(settings, java, "worker")) {
                var allIsWell = Pattern.compile("^\\{\"status\":\"ok\".*\"files\":\\{\"status\":\"ok\"");
                Machine.await(
                        60,
                        "all is well",
                        () -> allIsWell
                                .matcher(web.get(client, "/health/ready").body())
                                .find());
                var visitor = new Declarations.Visitor(Declarations.all(), web.port());
                visitor.signUp(Declarations.Person.number("odd", 1));
                var text = mails.await("Welcome").text();
                assertTrue(text.contains("http://my_web:8000\n") || text.contains("http://my_web:8000\r"), text);
                assertTrue(worker.isAlive());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SystemV/EST5", "NET", "PNT", "Asia/Calcutta", "America/New_York"})
    void theMachinesTimeZoneDoesNotMatter(String zone) throws Exception {
        assertTrue(List.of(TimeZone.getAvailableIDs()).contains(zone) || zone.startsWith("SystemV"));
        var java = List.of("-Duser.timezone=" + zone, "-jar", App.JAR.toString());
        try (var release = App.startPlain(services.settings(services.newEmptyDatabase()), java, "release")) {
            assertEquals(0, release.exitCode(), release.err().toString());
        }
    }

    @Test
    void anOlderJavaSaysInOneLineWhichOneIsNeeded() throws Exception {
        try (var jar = new JarFile(App.JAR.toFile())) {
            var main = jar.getManifest().getMainAttributes().getValue("Main-Class");
            try (var launcher = jar.getInputStream(jar.getEntry(main.replace('.', '/') + ".class"))) {
                assertEquals(52, launcher.readNBytes(8)[7], "a class that Java 8 can load");
            }
        }
        for (var java : olderJavas()) {
            var process = new ProcessBuilder(java.toString(), "-jar", App.JAR.toString(), "web")
                    .redirectErrorStream(true)
                    .start();
            var output = new String(process.getInputStream().readAllBytes());
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            assertEquals(69, process.exitValue());
            assertEquals(1, output.lines().count(), output);
            assertTrue(output.contains("needs Java 25 or newer, but this is Java"), output);
        }
    }

    /** The java programs before Java 25 in /usr/lib/jvm, Linux's usual folder. */
    private static List<Path> olderJavas() throws Exception {
        var found = new ArrayList<Path>();
        var folder = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(folder)) return found;
        try (Stream<Path> homes = Files.list(folder)) {
            for (var home : (Iterable<Path>) homes::iterator) {
                var release = home.resolve("release");
                if (!Files.exists(release) || !Files.isExecutable(home.resolve("bin/java"))) continue;
                var version = Files.readString(release).replaceAll("(?s).*JAVA_VERSION=\"(\\d+).*", "$1");
                if (version.matches("\\d+") && Integer.parseInt(version) < 25) found.add(home.resolve("bin/java"));
            }
        }
        return found;
    }
}
