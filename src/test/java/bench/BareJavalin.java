package bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.javalin.Javalin;
import io.javalin.http.NotFoundResponse;
import java.net.URI;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import redis.clients.jedis.RedisClient;

/** The baseline of {@link WebBench}: the same reads on plain Javalin, HikariCP and Jedis, without the kit. */
final class BareJavalin {
    record User(UUID id, String name) {}

    private BareJavalin() {}

    public static void main(String... arguments) {
        var env = System.getenv();
        var url = URI.create(env.get("DATABASE_URL"));
        var config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://%s:%d%s".formatted(url.getHost(), url.getPort(), url.getPath()));
        config.setUsername(url.getUserInfo().split(":")[0]);
        var pool = new HikariDataSource(config);
        var cache = RedisClient.create(env.get("REDIS_URL"));
        var json = new ObjectMapper();
        Javalin.create(javalin -> {
                    javalin.startup.showJavalinBanner = false;
                    javalin.concurrency.useVirtualThreads = true;
                    javalin.routes.get("/health", context -> context.json(Map.of("status", "ok")));
                    javalin.routes.get("/direct/{id}", context -> context.json(find(pool, context.pathParam("id"))));
                    javalin.routes.get("/cached/{id}", context -> {
                        var key = "bare:" + context.pathParam("id");
                        var user = cache.get(key);
                        if (user == null) {
                            user = json.writeValueAsString(find(pool, context.pathParam("id")));
                            cache.setex(key, 300, user);
                        }
                        context.contentType("application/json").result(user);
                    });
                })
                .start("127.0.0.1", Integer.parseInt(env.get("PORT")));
    }

    private static User find(DataSource pool, String id) throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.prepareStatement("SELECT id, name FROM accounts WHERE id = ?")) {
            statement.setObject(1, UUID.fromString(id));
            var rows = statement.executeQuery();
            if (!rows.next()) throw new NotFoundResponse();
            return new User(rows.getObject(1, UUID.class), rows.getString(2));
        }
    }
}
