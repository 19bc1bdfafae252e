package dev;

import dozen.services.Migrations;
import dozen.services.Postgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The program behind scripts/build --cache: it starts web on services of its own and sends it requests, while web's JVM records
 * the start-up cache.
 */
public final class TrainCache {
    private static final Pattern LISTENING = Pattern.compile("listening on port (\\d+)");
    /** Users ask for these pages often. Every start loads the classes that they need, so no rare page is here. */
    private static final List<String> READS = List.of(
            "/health",
            "/health/ready",
            // for courses
            "/api/courses",
            "/api/courses?q=redis",
            // end
            "/api/users/00000000-0000-7000-8000-000000000000",
            "/api/me",
            "/");

    private TrainCache() {}

    /** @param arguments the jar, the path of its cache, and the java that will use it (this one when not given) */
    public static void main(String[] arguments) throws Exception {
        Machine.log("warn");
        train(Path.of(arguments[0]), Path.of(arguments[1]), arguments.length > 2 ? arguments[2] : thisJava());
        System.exit(0);
    }

    static String thisJava() {
        return Path.of(System.getProperty("java.home"), "bin/java").toString();
    }

    static void train(Path jar, Path cache, String java) throws Exception {
        var data = Files.createTempDirectory("training");
        try (var postgres = LocalPostgres.start(Path.of(".dev/binaries"), data.resolve("postgres"), 0);
                // for files
                var s3 = LocalS3.start(Path.of(".dev/binaries"), data.resolve("s3"), 0)
                        .await();
                // end
                var redis = LocalRedis.start(data, 0)) {
            Migrations.run(Postgres.Url.parse(postgres.url("postgres")));
            var made = cache.resolveSibling(cache.getFileName() + ".made");
            var builder = new ProcessBuilder(
                    java,
                    "-XX:AOTCacheOutput=" + made,
                    // The cache has no training profiles: they make the compiler busy just when the start needs the
                    // cores. Without them a start took 0.9 of the time (medians of seven interleaved starts, two
                    // cores).
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:-AOTRecordTraining",
                    "-Xlog:disable",
                    "-jar",
                    jar.toString(),
                    "web");
            builder.environment().put("PORT", "0");
            builder.environment().put("DATABASE_URL", postgres.url("postgres"));
            builder.environment().put("REDIS_URL", redis.url());
            builder.environment().put("SECRET_KEY", "0123456789abcdef0123456789abcdef");
            // for files
            builder.environment().putAll(s3.settings());
            // end
            var web = builder.redirectErrorStream(true).start();
            exercise(web);
            if (!web.waitFor(120, TimeUnit.SECONDS)) web.destroyForcibly();
            // The move is atomic, so that no process finds a partial cache.
            Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Machine.delete(data);
        }
    }

    private static void exercise(Process web) throws IOException, InterruptedException {
        try (var lines = new BufferedReader(new InputStreamReader(web.getInputStream(), StandardCharsets.UTF_8));
                var client = HttpClient.newHttpClient()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var listening = LISTENING.matcher(line);
                if (!listening.find()) continue;
                Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {})); // keeps the pipe from filling up
                requests(client, "http://127.0.0.1:" + listening.group(1));
                web.toHandle().destroy();
                web.waitFor(120, TimeUnit.SECONDS);
                return;
            }
            throw new IOException("web did not start");
        }
    }

    private static void requests(HttpClient client, String address) throws IOException, InterruptedException {
        var email = "{\"email\": \"a@example.com\", \"password\": \"correct horse battery\"%s}";
        for (var round = 0; round < 3; round++) {
            for (var path : READS) send(client, request(address + path));
            send(
                    client,
                    request(address + "/api/accounts")
                            .POST(BodyPublishers.ofString(email.formatted(", \"name\": \"A\""))));
            send(client, request(address + "/api/sessions").POST(BodyPublishers.ofString(email.formatted(""))));
        }
    }

    private static HttpRequest.Builder request(String address) {
        return HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20));
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        client.send(request.build(), BodyHandlers.discarding());
    }
}
