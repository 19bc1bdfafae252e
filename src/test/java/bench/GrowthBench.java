package bench;

import static bench.Measurements.median;

import dev.TestServices;
import dozen.logging.Logging;
import dozen.services.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.event.Level;

/**
 * Measures the first and the last page of the list of courses, a search and a user, with a thousand courses and accounts
 * and with a million, in turns.
 */
final class GrowthBench {
    private GrowthBench() {}

    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.TEXT, Level.WARN, true, "bench", "bench", "bench");
        var services = TestServices.shared();
        var few = new Measurements();
        var many = new Measurements();
        try (var thousand = SizedWeb.start(services, 1_000);
                var million = SizedWeb.start(services, 1_000_000)) {
            for (var round = 0; round < WebBench.ROUNDS; round++) {
                thousand.measure(few);
                million.measure(many);
            }
        }
        var chart = new Chart("Requests per second with 1,000,000 courses and accounts, in parts of those with 1,000");
        for (var what : few.perSecond.keySet()) {
            WebBench.print(
                    chart, what + ", requests/s", median(many.perSecond.get(what)), median(few.perSecond.get(what)));
        }
        System.out.printf(
                "%-44s %,10.0f%n",
                "last page in parts of the first, %",
                100 * median(many.perSecond.get("last page")) / median(many.perSecond.get("first page")));
        System.out.println("chart: " + chart.write(Path.of("target/bench/growth.svg")));
        System.exit(0);
    }

    /** Adds this many courses, ten of them with a rare word, and as many accounts. */
    static void fill(Postgres postgres, int rows) {
        WebBench.addAccounts(postgres, rows);
        postgres.jdbi().useHandle(handle -> {
            handle.createUpdate("""
                            INSERT INTO courses (slug, title)
                            SELECT 'course-' || i, CASE WHEN i <= 10 THEN 'Zebra ' ELSE 'Course ' END || i
                            FROM generate_series(1, :rows) AS i
                            """).bind("rows", rows).execute();
            for (var table : List.of("courses", "accounts")) handle.execute("VACUUM ANALYZE " + table);
            handle.execute("CHECKPOINT"); // otherwise it would happen while the requests are counted
        });
    }

    /** A web process on a database of its own, with a given number of courses and accounts. */
    private record SizedWeb(WebProcess web, String last, List<String> ids) implements AutoCloseable {
        static SizedWeb start(TestServices services, int rows) throws Exception {
            var url = services.newDatabase();
            var settings = services.settings(url);
            settings.put("CACHE_TTL_SECONDS", "0");
            try (var postgres = new Postgres(Postgres.Url.parse(url), 2, Duration.ofMinutes(5)).connect()) {
                fill(postgres, rows);
                var ids = WebBench.ids(postgres);
                var last = lastPage(postgres);
                return new SizedWeb(
                        WebProcess.start("kit-" + rows, settings, "/api/courses", WebBench.java()), last, ids);
            }
        }

        void measure(Measurements row) throws Exception {
            row.measure(web, "first page", () -> "/api/courses");
            row.measure(web, "last page", () -> last);
            row.measure(web, "user from PostgreSQL", () -> "/api/users/" + WebBench.any(ids));
            row.measure(web, "search for a rare word", () -> "/api/courses?q=zebra");
        }

        @Override
        public void close() throws InterruptedException {
            web.close();
        }
    }

    /** The path of a page near the end, by its cursor, so that the benchmark need not walk over a million courses. */
    private static String lastPage(Postgres postgres) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT id FROM courses ORDER BY id LIMIT 1 OFFSET 30")
                        .mapTo(String.class)
                        .map("/api/courses?cursor="::concat)
                        .one());
    }
}
