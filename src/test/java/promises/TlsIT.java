package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import dev.Machine;
import dev.TestServices;
import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.services.Postgres;
import dozen.services.ServiceUnavailable;
import factors.App;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services have keys that an authority of one's own signed; nothing of it is kept in a file. */
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

    @Test
    void mailsGoByTlsFromTheStartOrByStartTlsAndToTheRightNameAlone() throws Exception {
        try (var app = RunningAcademy.start();
                var tls = new TlsBeforeSmtp(context(), app.environment().get("SMTP_URL"), false);
                var startTls = new TlsBeforeSmtp(context(), app.environment().get("SMTP_URL"), true)) {
            var settings = new HashMap<>(app.environment());
            settings.put("CA_CERTIFICATES", Files.readString(folder.resolve("ca.pem")));
            settings.put("SMTP_STARTTLS", "required");
            for (var url : List.of("smtps://localhost:" + tls.port(), "smtp://localhost:" + startTls.port())) {
                settings.put("SMTP_URL", url);
                var address = url.substring(0, url.indexOf(':')) + "@example.com";
                app.as(address);
                try (var worker = App.start(settings, "worker")) {
                    worker.awaitLine("outcome=done");
                }
                assertEquals(1, app.mails().to(address).size(), url);
            }
            app.as("nobody@example.com");
            for (var url : List.of("smtps://127.0.0.1:" + tls.port(), "smtp://127.0.0.1:" + startTls.port())) {
                settings.put("SMTP_URL", url);
                app.execute("UPDATE jobs SET execution_time = now()");
                try (var worker = App.start(settings, "worker")) {
                    worker.awaitLine("No subject alternative names matching IP address");
                }
            }
            assertEquals(0, app.mails().to("nobody@example.com").size());
        }
    }

    private SSLContext context() throws Exception {
        var keys = folder.resolve("server.p12");
        var command = List.of("openssl", "pkcs12", "-export", "-passout", "pass:changeit", "-out", keys.toString());
        var all = new ArrayList<>(command);
        all.addAll(List.of("-in", file("server.pem"), "-inkey", file("server.key")));
        assertEquals(0, new ProcessBuilder(all).inheritIO().start().waitFor());
        var password = "changeit".toCharArray();
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(KeyStore.getInstance(keys.toFile(), password), password);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** The TLS end of an SMTP server, which has none of its own. */
    private record TlsBeforeSmtp(SSLContext context, int target, boolean startTls, ServerSocket server)
            implements AutoCloseable {
        TlsBeforeSmtp(SSLContext context, String smtpUrl, boolean startTls) throws IOException {
            this(
                    context,
                    URI.create(smtpUrl).getPort(),
                    startTls,
                    new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    var client = server.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException e) {
                    return; // it was closed
                }
            }
        }

        private void serve(Socket plain) {
            try (plain;
                    var smtp = new Socket("localhost", target)) {
                if (startTls) {
                    line(smtp.getInputStream()); // the greeting comes from here
                    answer(plain, "220 hello");
                    line(plain.getInputStream());
                    answer(plain, "250-hello\r\n250 STARTTLS");
                    if (!line(plain.getInputStream()).equals("STARTTLS")) return;
                    answer(plain, "220 go on");
                }
                var client = (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
                client.setUseClientMode(false);
                Thread.ofVirtual().start(() -> copy(smtp, client));
                copy(client, smtp);
            } catch (IOException e) {
                // the client went away, as it does from a server whose name is not the expected one
            }
        }

        /** Reads a line byte by byte, because what follows it may belong to TLS. */
        private static String line(InputStream in) throws IOException {
            var line = new StringBuilder();
            for (var c = in.read(); c >= 0 && c != '\n'; c = in.read()) line.append((char) c);
            return line.toString().strip();
        }

        private static void answer(Socket to, String lines) throws IOException {
            to.getOutputStream().write((lines + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }

        private static void copy(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // one of them has closed the connection
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static void refuses(String url, String reason) {
        try (var postgres = new Postgres(Postgres.Url.parse(url), 1, Duration.ofSeconds(5))) {
            var failure = assertThrows(SQLException.class, postgres::ping);
            assertTrue(ServiceUnavailable.reason(failure).contains(reason), ServiceUnavailable.reason(failure));
        }
    }
}
