package dev;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A real PostgreSQL on loopback, from a Maven artifact.
 *
 * @param server what started it and stops it; null in a process that only uses it
 */
public record LocalPostgres(EmbeddedPostgres server, Path data, int port) implements AutoCloseable {

    /**
     * @param binaries the folder where the programs are unpacked, once
     * @param data the data folder; a database that it holds already is kept
     * @param port the port, or 0 for a free one
     */
    static LocalPostgres start(Path binaries, Path data, int port) throws IOException {
        // By default the programs are unpacked under the system's temporary folder, where every user may write.
        System.setProperty("ot.epg.working-dir", binaries.toAbsolutePath().toString());
        Files.createDirectories(data.getParent());
        var builder = EmbeddedPostgres.builder()
                .setDataDirectory(data.toAbsolutePath())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(Duration.ofSeconds(30))
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("max_connections", "200");
        var server = builder.setPort(port == 0 ? Machine.freePort() : port).start();
        return new LocalPostgres(server, data, server.getPort());
    }

    /** The server itself; pg_ctl, which started it, has ended by now. */
    public ProcessHandle process() throws IOException {
        var id = Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip();
        return ProcessHandle.of(Long.parseLong(id)).orElseThrow();
    }

    public String url(String database) {
        return "postgres://postgres:postgres@127.0.0.1:%d/%s".formatted(port(), database);
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database), "postgres", "");
    }

    /** Runs statements as the superuser. */
    public void execute(String database, String... statements) throws SQLException {
        try (var connection = connect(database);
                var statement = connection.createStatement()) {
            for (var sql : statements) statement.execute(sql);
        }
    }

    public boolean hasDatabase(String name) throws SQLException {
        try (var connection = connect("postgres");
                var query = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            query.setString(1, name);
            return query.executeQuery().next();
        }
    }

    /** Drops the databases whose names are like the pattern, and ends their connections. */
    void dropDatabases(String pattern) throws SQLException {
        try (var connection = connect("postgres");
                var query = connection.prepareStatement("SELECT datname FROM pg_database WHERE datname LIKE ?")) {
            query.setString(1, pattern);
            for (var row = query.executeQuery(); row.next(); ) {
                execute("postgres", "DROP DATABASE %s WITH (FORCE)".formatted(row.getString(1)));
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (server != null) server.close();
    }
}
