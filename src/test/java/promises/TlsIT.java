package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.Machine;
import dev.TestServices;
import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.services.Postgres;
import dozen.services.ServiceUnavailable;
import factors.App;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL and Redis have keys that an authority of one's own signed; nothing of it is kept in a file. */
@Tag("long")
class TlsIT {
    @TempDir
    private Path folder;

    @BeforeEach
    void makeKeys() throws Exception {
        openssl("/CN=An authority", "ca", List.of());
        openssl(
                "/CN=localhost",
                "server",
                List.of("-addext", "subjectAltName=DNS:localhost", "-CA", file("ca.pem"), "-CAkey", file("ca.key")));
    }

    private void openssl(String subject, String name, List<String> more) throws Exception {
        var command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-days", "2"));
        command.addAll(List.of("-pkeyopt", "ec_paramgen_curve:P-256", "-subj", subject));
        command.addAll(List.of("-keyout", file(name + ".key"), "-out", file(name + ".pem")));
        command.addAll(more);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
    }

    private String file(String name) {
        return folder.resolve(name).toAbsolutePath().toString();
    }

    @Test
    void everyServiceIsVerifiedByTheAuthorityOfTheSettings() throws Exception {
        var tlsPort = Machine.freePort();
        try (var postgres = TestServices.startPostgres("tls-postgres", 0);
                var redis = TestServices.startRedis(
                        "tls-redis",
                        0,
                        "--tls-port",
                        "" + tlsPort,
                        "--tls-auth-clients",
                        "no",
                        "--tls-cert-file",
                        file("server.pem"),
                        "--tls-key-file",
                        file("server.key"),
                        "--tls-ca-cert-file",
                        file("ca.pem"))) {
            postgres.execute(
                    "postgres",
                    "ALTER SYSTEM SET ssl_cert_file = '%s'".formatted(file("server.pem")),
                    "ALTER SYSTEM SET ssl_key_file = '%s'".formatted(file("server.key")),
                    "ALTER SYSTEM SET ssl = on",
                    "SELECT pg_reload_conf()",
                    "CREATE DATABASE app");
            var url = "postgres://postgres@localhost:%d/app?sslmode=verify-full".formatted(postgres.port());
            var settings = TestServices.shared().settings(url);
            settings.put("DATABASE_DIRECT_URL", url);
            settings.put("REDIS_URL", "rediss://localhost:" + tlsPort);
            settings.put("CA_CERTIFICATES", Files.readString(folder.resolve("ca.pem")));
            try (var release = App.start(settings, "release")) {
                assertEquals(0, release.exitCode(), release.err().toString());
            }
            try (var web = App.start(settings, "web");
                    var client = HttpClient.newHttpClient()) {
                var ready = web.get(client, "/health/ready").body();
                assertTrue(ready.startsWith("{\"status\":\"ok\""), ready);
            }
            refuses(url, "unable to find valid certification path");
            var before = SSLContext.getDefault();
            SSLContext.setDefault(ProcessSettings.read(new Env(settings)).tls().orElseThrow());
            try {
                refuses(url.replace("localhost", "127.0.0.1"), "could not be verified by hostnameverifier");
            } finally {
                SSLContext.setDefault(before);
            }
        }
    }

    private static void refuses(String url, String reason) {
        try (var postgres = new Postgres(Postgres.Url.parse(url), 1, Duration.ofSeconds(5))) {
            var failure = assertThrows(SQLException.class, postgres::ping);
            assertTrue(ServiceUnavailable.reason(failure).contains(reason), ServiceUnavailable.reason(failure));
        }
    }
}
