package factors;

import static factors.Factors.expect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.Machine;
import dev.MailCatcher;
import dev.TestServices;
import dozen.services.Migrations;
import dozen.services.Postgres;
import factors.Declarations.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.regex.Pattern;

/** The proofs about the services that a deploy is attached to. */
final class AttachedServices {
    private AttachedServices() {}

    /** IV: each backing service is swapped for another by its address. */
    static String backingServices(Subject subject) throws Exception {
        var first = subject.deploy();
        var somebody = Person.number("services", 1);
        String id;
        String cookie;
        try (var web = subject.start(first, "web")) {
            var visitor = subject.visitor(web);
            id = visitor.signUp(somebody);
            cookie = visitor.logIn(somebody);
            expect(visitor.me(cookie) == 200 && visitor.read(id) == 200, "it does not serve on the first services");
        }
        try (var postgres = TestServices.startPostgres("second", 0);
                var redis = TestServices.startRedis("second", 0)) {
            postgres.execute("postgres", "DROP DATABASE IF EXISTS second", "CREATE DATABASE second");
            Migrations.run(Postgres.Url.parse(postgres.url("second")));
            var another = Subject.with(first, "DATABASE_URL", postgres.url("second"));
            try (var web = subject.start(another, "web")) {
                var visitor = subject.visitor(web);
                expect(visitor.tryLogIn(somebody).statusCode() == 401, "another PostgreSQL knows the first's account");
                visitor.signUp(somebody);
            }
            try (var web = subject.start(Subject.with(first, "REDIS_URL", redis.url()), "web")) {
                var visitor = subject.visitor(web);
                expect(visitor.me(cookie) == 401, "another Redis knows the first's session");
                expect(visitor.read(id) == 200, "the account is not in PostgreSQL");
                visitor.logIn(somebody);
            }
        }
        mail(subject, Person.number("services", 2));
        var observed = "PostgreSQL, Redis and SMTP";
        // for files
        if (readsBucket(subject)) {
            files(subject);
            observed = "PostgreSQL, Redis, S3 and SMTP";
        }
        // end
        return observed + ": what one has, another has not; no build, no file";
    }

    private static void mail(Subject subject, Person somebody) throws Exception {
        try (var another = MailCatcher.start()) {
            var settings = Subject.with(subject.deploy(), "SMTP_URL", another.url());
            try (var web = subject.start(settings, "web");
                    var _ = subject.start(settings, "worker")) {
                subject.visitor(web).signUp(somebody);
                Machine.await(
                        60, "a mail at the other SMTP server", () -> Subject.mailsTo(another, somebody.mail()) == 1);
                expect(Subject.mailsTo(subject.mails, somebody.mail()) == 0, "the first SMTP server got the mail");
            }
        }
    }

    // for files
    /** Whether the artifact has the setting that attaches S3. */
    private static boolean readsBucket(Subject subject) throws Exception {
        try (var list = subject.start(subject.deploy(), "settings")) {
            list.exitCode();
            return list.out().stream().anyMatch(line -> line.startsWith("S3_BUCKET "));
        }
    }

    /** Attaches a second S3 server and then stops it: readiness must show both. */
    private static void files(Subject subject) throws Exception {
        var s3 = TestServices.startS3("second-s3");
        var settings = subject.deploy();
        settings.putAll(s3.settings());
        try (var web = subject.start(settings, "web")) {
            var visitor = subject.visitor(web);
            Machine.await(
                    60,
                    "the second S3 is used",
                    () -> visitor.get("/health/ready", "").body().contains("\"files\":{\"status\":\"ok\""));
            s3.close();
            var ready = visitor.get("/health/ready", "").body();
            expect(ready.contains("\"files\":{\"status\":\"away\""), "it does not see that the second S3 is away");
        }
    }
    // end

    /** X: development and tests run on the engines of production. */
    static String parity(Subject subject) throws Exception {
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
        try (var redis = subject.services.redis().connect()) {
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
