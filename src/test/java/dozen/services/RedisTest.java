package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static redis.clients.jedis.Protocol.Command.ACL;

import dev.LocalRedis;
import dev.Machine;
import dev.TestServices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Uses a Redis with users, passwords and TLS, as managed services have them. */
class RedisTest {
    private static final Path FOLDER = Path.of("target/tls");
    private static final char[] STORE_PASSWORD = "store password".toCharArray();
    private static int tlsPort;
    private static LocalRedis server;

    @BeforeAll
    static void start() throws Exception {
        makeTlsKey();
        tlsPort = Machine.freePort();
        var folder = FOLDER.toAbsolutePath();
        server = TestServices.startRedis(
                "tls",
                0,
                "--tls-port",
                "" + tlsPort,
                "--tls-auth-clients",
                "no",
                "--tls-cert-file",
                folder.resolve("cert.pem").toString(),
                "--tls-key-file",
                folder.resolve("key.pem").toString(),
                "--tls-ca-cert-file",
                folder.resolve("cert.pem").toString());
        try (var redis = server.connect()) {
            redis.client().sendCommand(ACL, "SETUSER", "me", "on", ">p@ss/word", "~*", "+@all");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void makeTlsKey() throws Exception {
        Files.createDirectories(FOLDER);
        var store = FOLDER.resolve("store.p12");
        Files.deleteIfExists(store);
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=elsewhere",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(STORE_PASSWORD))
                .redirectErrorStream(true)
                .start();
        assertEquals(0, made.waitFor());
        var keys = KeyStore.getInstance(store.toFile(), STORE_PASSWORD);
        pem("cert.pem", "CERTIFICATE", keys.getCertificate("redis").getEncoded());
        pem("key.pem", "PRIVATE KEY", keys.getKey("redis", STORE_PASSWORD).getEncoded());
    }

    private static void pem(String file, String type, byte[] bytes) throws IOException {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                FOLDER.resolve(file), "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(type, text));
    }

    private static Redis attach(String login, int database, boolean verify) {
        return new Redis(new Redis.Settings(
                        Redis.Url.parse("rediss://%s@127.0.0.1:%d/%d".formatted(login, tlsPort, database)), verify, 5))
                .connect();
    }

    @Test
    void logsInOverTlsToTheDatabaseOfTheUrl() {
        try (var third = attach("me:p%40ss%2Fword", 3, false)) {
            third.client().set("where", "three");
            try (var first = server.connect()) {
                assertFalse(first.client().exists("where"));
            }
            assertEquals("three", third.client().get("where"));
        }
    }

    @Test
    void refusesATlsKeyThatItWasNotToldToAccept() {
        var url = Redis.Url.parse("rediss://me:p%40ss%2Fword@127.0.0.1:" + tlsPort);
        try (var redis = new Redis(new Redis.Settings(url, true, 5))) { // attach would retry for 20 s
            var failure = assertThrows(RuntimeException.class, redis::ping);
            assertTrue(ServiceUnavailable.isCauseOf(failure), failure.toString());
        }
    }

    @Test
    void givesUpAtOnceOnAWrongPasswordAndDoesNotTellIt() {
        var start = System.nanoTime();
        var failure = assertThrows(ServiceUnavailable.class, () -> attach("me:canary", 0, false));
        assertTrue(failure.getMessage().contains("WRONGPASS"), failure.getMessage());
        assertFalse(failure.getMessage().contains("canary"));
        assertTrue(System.nanoTime() - start < 10_000_000_000L, "it went on trying");
    }

    @Test
    void concurrentReadersGetTheValueOfTheirOwnKey() throws Exception {
        try (var redis = server.connect();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var key = 0; key < 300; key += 2) redis.client().set("shared:" + key, "value " + key);
            var answers = new ArrayList<Future<Optional<String>>>();
            for (var key = 0; key < 300; key++) {
                var asked = "shared:" + key;
                answers.add(callers.submit(() -> redis.get(asked)));
            }
            for (var key = 0; key < 300; key++) {
                var wanted = key % 2 == 0 ? Optional.of("value " + key) : Optional.<String>empty();
                assertEquals(wanted, answers.get(key).get(5, TimeUnit.SECONDS));
            }
            var trips = Pattern.compile("cmdstat_mget:calls=(\\d+)")
                    .matcher(redis.client().info("commandstats"));
            assertTrue(trips.find());
            assertTrue(Integer.parseInt(trips.group(1)) < 300, "no trip was shared");
        }
    }
}
