package dozen.jobs;

import dev.TestServices;
import dozen.services.Postgres;
import java.time.Duration;
import java.util.List;
import java.util.function.LongPredicate;

/** Tables in which job handlers record their runs, so that tests with several processes can read them. */
final class Effects {
    static final String TABLE = """
            CREATE TABLE effects (key text PRIMARY KEY, worker text, runs int NOT NULL DEFAULT 1, at timestamptz DEFAULT
            clock_timestamp());
            CREATE TABLE starts (key text, worker text, attempt int, enqueued timestamptz, at timestamptz DEFAULT clock_timestamp());
            """;

    private Effects() {}

    /** Attaches to a database that has the schema, and creates these tables in it. */
    static Postgres database(String url) {
        var postgres = new Postgres(Postgres.Url.parse(url), 5, Duration.ofSeconds(60)).connect();
        postgres.jdbi().useHandle(handle -> handle.createScript(TABLE).execute());
        return postgres;
    }

    static Postgres newDatabase() {
        return database(TestServices.shared().newDatabase());
    }

    static long count(Postgres postgres, String condition) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT count(*) FROM " + condition)
                        .mapTo(Long.class)
                        .one());
    }

    static <T> List<T> list(Postgres postgres, String query, Class<T> type) {
        return postgres.jdbi()
                .withHandle(handle -> handle.createQuery(query).mapTo(type).list());
    }

    /**
     * Waits until exactly this many rows match.
     *
     * @param condition what follows FROM in the query: a table, with or without a WHERE clause
     * @throws AssertionError when the limit has passed
     */
    static void await(Postgres postgres, String condition, long count, Duration limit) throws InterruptedException {
        await(postgres, condition, found -> found == count, limit);
    }

    static void awaitAtLeast(Postgres postgres, String condition, long count, Duration limit)
            throws InterruptedException {
        await(postgres, condition, found -> found >= count, limit);
    }

    private static void await(Postgres postgres, String condition, LongPredicate wanted, Duration limit)
            throws InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!wanted.test(count(postgres, condition))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still %d: %s".formatted(count(postgres, condition), condition));
            }
            Thread.sleep(20);
        }
    }
}
