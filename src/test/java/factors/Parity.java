package factors;

import static factors.Factor.expect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.regex.Pattern;

/** X: development and tests run on the engines of production. */
final class Parity {
    private Parity() {}

    static String observe(Subject subject) throws Exception {
        var compose = new ObjectMapper(new YAMLFactory())
                .readTree(subject.project.resolve("docker-compose.yml").toFile())
                .get("services");
        var postgres = postgres(subject);
        expect(
                image(compose, "postgres").equals("postgres:" + postgres),
                "tests run on PostgreSQL %s, compose on %s",
                postgres,
                image(compose, "postgres"));
        var redis = redis(subject);
        var production = image(compose, "redis").replace("redis:", "");
        expect(
                Integer.parseInt(redis) <= Integer.parseInt(production),
                "tests run on Redis %s, which knows more than compose's %s",
                redis,
                production);
        var java = java(subject);
        var app =
                new ObjectMapper().readTree(subject.project.resolve("app.json").toFile());
        expect(app.get("addons").toString().matches(".*postgresql.*redis.*"), "app.json attaches other engines");
        return "PostgreSQL %s here and in compose, Redis %s here and %s there, Java %s here, on Heroku and in the image"
                .formatted(postgres, redis, production, java);
    }

    private static String image(JsonNode compose, String service) {
        return compose.at("/" + service + "/image").asText();
    }

    private static String postgres(Subject subject) {
        try (var postgres =
                new Postgres(Postgres.Url.parse(subject.services.newDatabase()), 1, Duration.ofSeconds(5)).connect()) {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("SHOW server_version_num")
                            .mapTo(String.class)
                            .one())
                    .replaceFirst("\\d{4}$", "");
        }
    }

    private static String redis(Subject subject) {
        try (var redis = new Redis(new Redis.Settings(
                        Redis.Url.parse(subject.services.redis().url()), true))
                .connect()) {
            return first(redis.client().info("server"), "redis_version:(\\d+)");
        }
    }

    private static String java(Subject subject) throws IOException {
        var here = String.valueOf(Runtime.version().feature());
        var heroku =
                first(Files.readString(subject.project.resolve("system.properties")), "java.runtime.version=(\\d+)");
        var image = first(Files.readString(subject.project.resolve("Dockerfile")), "temurin-(\\d+)");
        expect(
                here.equals(heroku) && here.equals(image),
                "Java %s here, %s on Heroku, %s in the image",
                here,
                heroku,
                image);
        return here;
    }

    private static String first(String text, String pattern) {
        var found = Pattern.compile(pattern).matcher(text);
        expect(found.find(), "no %s", pattern);
        return found.group(1);
    }
}
