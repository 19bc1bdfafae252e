package dozen.status;

import dozen.services.Postgres;
import dozen.services.Redis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/** The versions of what runs: servers, schema, libraries. */
record Versions(String server, String schema) {
    private static final Pattern REDIS = Pattern.compile("redis_version:(\\S+)");

    static Versions ofPostgres(Postgres postgres) {
        return postgres.jdbi().withHandle(handle -> {
            var server = handle.createQuery("SHOW server_version")
                    .mapTo(String.class)
                    .one()
                    .split(" ")[0];
            var schema = handle.createQuery("""
                            SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL
                            ORDER BY installed_rank DESC LIMIT 1
                            """).mapTo(String.class).findOne().orElse("none");
            return new Versions(server, schema);
        });
    }

    static String ofRedis(Redis redis) {
        var found = REDIS.matcher(redis.client().info("server"));
        return found.find() ? found.group(1) : "unknown";
    }

    /** The number of jars in the manifest of the running jar; empty when the application does not run from a jar. */
    static Optional<Integer> libraries() {
        var path = Path.of(System.getProperty("java.class.path"));
        if (!path.toString().endsWith(".jar")) return Optional.empty();
        try (var jar = new JarFile(path.toFile())) {
            var names = jar.getManifest().getMainAttributes().getValue("Class-Path");
            return Optional.of(names == null ? 0 : names.split(" ").length);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
