package dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real PgBouncer on loopback, in transaction mode: each transaction may get another connection to PostgreSQL. The
 * system property {@code pooler=pgbouncer} makes the tests use it; the program must be on the PATH.
 */
public final class LocalPooler implements AutoCloseable {
    private static final String CONFIGURATION = """
            [databases]
            * = host=127.0.0.1 port=%d user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            auth_type = any
            pool_mode = transaction
            max_client_conn = 2000
            default_pool_size = %d
            server_idle_timeout = 5
            """;

    private final Process process;
    private final int port;

    private LocalPooler(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static boolean wanted() {
        return "pgbouncer".equals(System.getProperty("pooler"));
    }

    public static LocalPooler start(Path folder, int postgres, int poolSize) throws IOException, InterruptedException {
        var port = Machine.freePort();
        var configuration = Files.writeString(
                Files.createDirectories(folder).resolve("pgbouncer.ini"),
                CONFIGURATION.formatted(postgres, port, poolSize));
        var asRoot = System.getProperty("user.name").equals("root"); // which it refuses to be
        var command = new ArrayList<>(
                List.of("pgbouncer", configuration.toAbsolutePath().toString()));
        if (asRoot) command.addAll(1, List.of("-u", "nobody"));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                .start();
        for (var i = 0; i < 100; i++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return new LocalPooler(process, port);
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IOException("pgbouncer does not start: " + Files.readString(folder.resolve("pgbouncer.log")));
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
