package bench;

import dev.TestServices;
import dozen.logging.Logging;
import dozen.services.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.event.Level;

/**
 * Measures what the kit costs on top of Javalin: start time, memory, requests per second and latency. Web runs with all
 * of Academy and its access log on, beside {@link BareJavalin}. With the argument "growth" it measures what a list
 * costs as it grows. Both sides are measured in turns within one run, because a machine's speed differs by the minute:
 * only the ratios count.
 */
final class WebBench {
    private static final int ROUNDS = 3;
    private static final int STARTS = 3;
    private static final int CONNECTIONS = 32;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration MEASURED = Duration.ofSeconds(4);
    private static final int ACCOUNTS = 10_000;
    private static final Path JAR = Path.of("target/app.jar").toAbsolutePath();

    /** The measurements of one server: start and slowest (p99) in ms, memory in MiB. */
    private static final class Measurements {
        final List<Double> start = new ArrayList<>();
        final List<Double> memory = new ArrayList<>();
        final Map<String, List<Double>> perSecond = new LinkedHashMap<>();
        final Map<String, List<Double>> slowest = new LinkedHashMap<>();
    }

    private final TestServices services = TestServices.shared();
    private final String databaseUrl = services.newDatabase();
    private final Postgres postgres = new Postgres(Postgres.Url.parse(databaseUrl), 2, Duration.ofMinutes(5)).connect();
    private final List<String> ids;

    private WebBench() {
        ids = addAccounts(postgres, ACCOUNTS);
        postgres.jdbi().useHandle(handle -> handle.execute("ANALYZE"));
    }

    /** Adds this many accounts; returns their ids. */
    static List<String> addAccounts(Postgres postgres, int count) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("""
                        INSERT INTO accounts (email, name, password)
                        SELECT 'user' || i || '@example.com', 'User ' || i, '' FROM generate_series(1, :accounts) AS i
                        RETURNING id
                        """)
                        .bind("accounts", count)
                        .mapTo(String.class)
                        .list());
    }

    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.TEXT, Level.WARN, true, "bench", "bench", "bench");
        var bench = new WebBench();
        if (arguments.length > 0 && arguments[0].equals("growth")) bench.growth();
        else bench.compare();
        System.exit(0);
    }

    private String id() {
        return any(ids);
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

    private void bare(Measurements row) throws Exception {
        var java = List.of("-cp", System.getProperty("java.class.path"), BareJavalin.class.getName());
        var settings = services.settings(databaseUrl);
        for (var i = 1; i < STARTS; i++) {
            try (var web = WebProcess.start("bare", settings, "/cached/" + ids.getFirst(), java)) {
                row.start.add(web.startMs);
            }
        }
        try (var web = WebProcess.start("bare", settings, "/cached/" + ids.getFirst(), java)) {
            row.start.add(web.startMs);
            measure(row, web, "/health", () -> "/health");
            measure(row, web, "cached user", () -> "/cached/" + id());
            measure(row, web, "user from PostgreSQL", () -> "/direct/" + id());
            row.memory.add((double) web.megabytes());
        }
    }

    private void kit(Measurements row) throws Exception {
        var settings = services.settings(databaseUrl);
        settings.put("LOG_FORMAT", "text");
        var first = "/api/users/" + ids.getFirst();
        for (var i = 1; i < STARTS; i++) {
            try (var web = WebProcess.start("kit", settings, first, java())) {
                row.start.add(web.startMs);
            }
        }
        try (var web = WebProcess.start("kit", settings, first, java())) {
            row.start.add(web.startMs);
            measure(row, web, "/health", () -> "/health");
            measure(row, web, "cached user", () -> "/api/users/" + id());
            row.memory.add((double) web.megabytes());
        }
        settings.put("CACHE_TTL_SECONDS", "0");
        try (var web = WebProcess.start("kit", settings, first, java())) {
            // Bare Javalin has served two other paths by now. Without the same here, the kit would be compiled less.
            measure(new Measurements(), web, "", () -> "/health");
            measure(new Measurements(), web, "", () -> "/api/courses");
            measure(row, web, "user from PostgreSQL", () -> "/api/users/" + id());
        }
    }

    /** The java arguments, with the start-up cache that scripts/build --cache made, as in the image. */
    static List<String> java() throws IOException {
        try (var caches = Files.newDirectoryStream(JAR.getParent(), "app-*.aot")) {
            var java = new ArrayList<String>();
            caches.forEach(cache -> java.add("-XX:AOTCache=" + cache));
            java.addAll(List.of("-jar", JAR.toString()));
            return java;
        }
    }

    private static void measure(Measurements row, WebProcess web, String what, Supplier<String> paths)
            throws Exception {
        Load.run(web.port, CONNECTIONS, WARM_UP, paths);
        var load = Load.run(web.port, CONNECTIONS, MEASURED, paths);
        if (load.failed() > 0) throw new IllegalStateException(what + ": " + load.failed() + " failed");
        row.perSecond.computeIfAbsent(what, _ -> new ArrayList<>()).add(load.perSecond());
        row.slowest.computeIfAbsent(what, _ -> new ArrayList<>()).add(load.milliseconds(99));
    }

    /**
     * Measures the first and the last page of the list of courses, a search and a user, with a thousand courses and
     * accounts and with a million.
     */
    private void growth() throws Exception {
        var few = new Measurements();
        var many = new Measurements();
        try (var thousand = SizedWeb.start(services, 1_000, java());
                var million = SizedWeb.start(services, 1_000_000, java())) {
            for (var round = 0; round < ROUNDS; round++) {
                thousand.measure(few);
                million.measure(many);
            }
        }
        var chart = new Chart("Requests per second with 1,000,000 courses and accounts, in parts of those with 1,000");
        for (var what : few.perSecond.keySet()) {
            print(chart, what + ", requests/s", median(many.perSecond.get(what)), median(few.perSecond.get(what)));
        }
        System.out.printf(
                "%-44s %,10.0f%n",
                "last page in parts of the first, %",
                100 * median(many.perSecond.get("last page")) / median(many.perSecond.get("first page")));
        System.out.println("chart: " + chart.write(Path.of("target/bench/growth.svg")));
    }

    /** A web process on a database of its own, with a given number of courses and accounts. */
    private record SizedWeb(WebProcess web, String last, List<String> ids) implements AutoCloseable {
        static SizedWeb start(TestServices services, int rows, List<String> java) throws Exception {
            var url = services.newDatabase();
            var settings = services.settings(url);
            settings.put("CACHE_TTL_SECONDS", "0");
            try (var postgres = new Postgres(Postgres.Url.parse(url), 2, Duration.ofMinutes(5)).connect()) {
                fill(postgres, rows);
                var ids = postgres.jdbi()
                        .withHandle(handle -> handle.createQuery(
                                        "SELECT id FROM accounts ORDER BY random() LIMIT :accounts")
                                .bind("accounts", ACCOUNTS)
                                .mapTo(String.class)
                                .list());
                var last = lastPage(postgres);
                return new SizedWeb(WebProcess.start("kit-" + rows, settings, "/api/courses", java), last, ids);
            }
        }

        private static void fill(Postgres postgres, int rows) {
            postgres.jdbi().useHandle(handle -> {
                handle.createUpdate("""
                                INSERT INTO courses (slug, title)
                                SELECT 'course-' || i, CASE WHEN i <= 10 THEN 'Zebra ' ELSE 'Course ' END || i
                                FROM generate_series(1, :rows) AS i
                                """).bind("rows", rows).execute();
                handle.createUpdate("""
                                INSERT INTO accounts (email, name, password)
                                SELECT 'user' || i || '@example.com', 'User ' || i, '' FROM generate_series(1, :rows) AS i
                                """).bind("rows", rows).execute();
                for (var table : List.of("courses", "accounts")) handle.execute("VACUUM ANALYZE " + table);
                handle.execute("CHECKPOINT"); // otherwise it would happen while the requests are counted
            });
        }

        void measure(Measurements row) throws Exception {
            WebBench.measure(row, web, "first page", () -> "/api/courses");
            WebBench.measure(row, web, "last page", () -> last);
            WebBench.measure(row, web, "user from PostgreSQL", () -> "/api/users/" + any(ids));
            WebBench.measure(row, web, "search for a rare word", () -> "/api/courses?q=zebra");
        }

        @Override
        public void close() throws InterruptedException {
            web.close();
        }
    }

    static String any(List<String> ids) {
        return ids.get(ThreadLocalRandom.current().nextInt(ids.size()));
    }

    /** The path of a page near the end, by its cursor, so that the benchmark need not walk over a million courses. */
    private static String lastPage(Postgres postgres) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT id FROM courses ORDER BY id LIMIT 1 OFFSET 30")
                        .mapTo(String.class)
                        .map("/api/courses?cursor="::concat)
                        .one());
    }

    private static void print(Chart chart, String what, double ours, double theirs) {
        chart.bar(what, ours / theirs);
        System.out.printf("%-44s %,12.1f  %,12.1f  ratio %.2f%n", what, ours, theirs, ours / theirs);
    }

    static double median(List<Double> values) {
        var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow();
    }
}
