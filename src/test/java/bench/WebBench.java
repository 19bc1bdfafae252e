package bench;

import static bench.Measurements.CONNECTIONS;
import static bench.Measurements.median;

import dev.TestServices;
import dozen.logging.Logging;
import dozen.services.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.event.Level;

/**
 * Measures what the kit costs on top of Javalin: start time, memory, requests per second and latency. Web runs with all
 * of Academy and its access log on, beside {@link BareJavalin}. Both sides are measured in turns within one run,
 * because a machine's speed differs by the minute: only the ratios count.
 */
final class WebBench {
    static final int ROUNDS = 3;
    static final int ACCOUNTS = 10_000;
    private static final int STARTS = 3;

    private final TestServices services = TestServices.shared();
    private final String databaseUrl = services.newDatabase();
    private final List<String> ids = addAccounts(databaseUrl);

    private WebBench() {}

    /** Adds accounts to a database; returns their ids. */
    static List<String> addAccounts(String databaseUrl) {
        try (var postgres = new Postgres(Postgres.Url.parse(databaseUrl), 2, Duration.ofMinutes(5)).connect()) {
            addAccounts(postgres, ACCOUNTS);
            var ids = ids(postgres);
            postgres.jdbi().useHandle(handle -> handle.execute("ANALYZE"));
            return ids;
        }
    }

    static void addAccounts(Postgres postgres, int count) {
        postgres.jdbi()
                .useHandle(
                        handle -> handle.createUpdate("""
                        INSERT INTO accounts (email, name, password)
                        SELECT 'user' || i || '@example.com', 'User ' || i, '' FROM generate_series(1, :count) AS i
                        """).bind("count", count).execute());
    }

    /** The ids of some accounts, ten thousand at the most. */
    static List<String> ids(Postgres postgres) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT id FROM accounts ORDER BY random() LIMIT :accounts")
                        .bind("accounts", ACCOUNTS)
                        .mapTo(String.class)
                        .list());
    }

    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.TEXT, Level.WARN, true, "bench", "bench", "bench");
        new WebBench().compare();
        System.exit(0);
    }

    private void compare() throws Exception {
        var kit = new Measurements();
        var bare = new Measurements();
        System.out.printf("%d connections, medians of %d rounds in turns%n", CONNECTIONS, ROUNDS);
        for (var round = 0; round < ROUNDS; round++) {
            bare(bare);
            kit(kit);
        }
        var chart = new Chart("The kit with all of Academy, in parts of bare Javalin");
        print(chart, "start, ms (less is better)", median(kit.start), median(bare.start));
        print(chart, "memory after load, MB (less is better)", median(kit.memory), median(bare.memory));
        for (var what : kit.perSecond.keySet()) {
            print(chart, what + ", requests/s", median(kit.perSecond.get(what)), median(bare.perSecond.get(what)));
            print(
                    chart,
                    what + ", p99 ms (less is better)",
                    median(kit.slowest.get(what)),
                    median(bare.slowest.get(what)));
        }
        System.out.println("chart: " + chart.write(Path.of("target/bench/web.svg")));
    }

    private Map<String, String> settings() {
        return services.settings(databaseUrl);
    }

    private void bare(Measurements row) throws Exception {
        var java = List.of("-cp", System.getProperty("java.class.path"), BareJavalin.class.getName());
        for (var i = 1; i < STARTS; i++) {
            try (var web = WebProcess.start("bare", settings(), "/cached/" + ids.getFirst(), java)) {
                row.start.add(web.startMs);
            }
        }
        try (var web = WebProcess.start("bare", settings(), "/cached/" + ids.getFirst(), java)) {
            row.start.add(web.startMs);
            row.measure(web, "/health", () -> "/health");
            row.measure(web, "cached user", () -> "/cached/" + any(ids));
            row.measure(web, "user from PostgreSQL", () -> "/direct/" + any(ids));
            row.memory.add((double) web.megabytes());
        }
    }

    private void kit(Measurements row) throws Exception {
        var first = "/api/users/" + ids.getFirst();
        for (var i = 1; i < STARTS; i++) {
            try (var web = WebProcess.start("kit", settings(), first, java())) {
                row.start.add(web.startMs);
            }
        }
        try (var web = WebProcess.start("kit", settings(), first, java())) {
            row.start.add(web.startMs);
            row.measure(web, "/health", () -> "/health");
            row.measure(web, "cached user", () -> "/api/users/" + any(ids));
            row.memory.add((double) web.megabytes());
        }
        var uncached = settings();
        uncached.put("CACHE_TTL_SECONDS", "0");
        try (var web = WebProcess.start("kit", uncached, first, java())) {
            // Bare Javalin has served two other paths by now. Without the same here, the kit would be compiled less.
            new Measurements().measure(web, "", () -> "/health");
            new Measurements().measure(web, "", () -> "/api/courses");
            row.measure(web, "user from PostgreSQL", () -> "/api/users/" + any(ids));
        }
    }

    /** The java arguments that start web, with the start-up cache that scripts/build --cache made, as in the image. */
    static List<String> java() throws IOException {
        return java(Path.of("").toAbsolutePath());
    }

    /** @param tree the folder of a working tree that was built; earlier versions put a hash into the cache's name */
    static List<String> java(Path tree) throws IOException {
        var target = tree.resolve("target");
        try (var caches = Files.newDirectoryStream(target, "app*.aot")) {
            var java = new ArrayList<String>();
            caches.forEach(cache -> java.add("-XX:AOTCache=" + cache));
            java.addAll(List.of("-jar", target.resolve("app.jar").toString()));
            return java;
        }
    }

    static String any(List<String> ids) {
        return ids.get(ThreadLocalRandom.current().nextInt(ids.size()));
    }

    static void print(Chart chart, String what, double ours, double theirs) {
        chart.bar(what, ours / theirs);
        System.out.printf("%-44s %,12.1f  %,12.1f  ratio %.2f%n", what, ours, theirs, ours / theirs);
    }
}
