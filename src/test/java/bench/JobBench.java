package bench;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import dev.TestServices;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import dozen.logging.Logging;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.slf4j.event.Level;

/**
 * Measures what jobs cost: the no-op jobs per second of one worker, in turns with plain db-scheduler within one run,
 * and the time from commit here to the handler in another process. Everything is measured with an empty table, and
 * again with a million jobs that are not yet due.
 */
final class JobBench implements AutoCloseable {
    private static final int ROUNDS = 3;
    private static final int WARM_UP = 40_000;
    private static final int JOBS = 120_000;
    private static final int BATCH = 1_000;
    private static final int MARKED = 500;
    private static final int WAITING = 1_000_000;

    private final String databaseUrl = TestServices.shared().newDatabase();
    private final String redisUrl = TestServices.shared().redis().url();
    private final Postgres postgres =
            new Postgres(Postgres.Url.parse(databaseUrl), 4, Duration.ofSeconds(60)).connect();
    private final Redis redis = new Redis(new Redis.Settings(Redis.Url.parse(redisUrl), true, 5)).connect();
    private final Jobs jobs = new Jobs(redis);
    private final SchedulerClient bare;

    private JobBench() {
        postgres.jdbi().useHandle(handle -> handle.execute("""
                CREATE TABLE scheduled_tasks (
                    task_name text, task_instance text, task_data bytea, execution_time timestamptz NOT NULL,
                    picked boolean NOT NULL, picked_by text, last_success timestamptz, last_failure timestamptz,
                    consecutive_failures int, last_heartbeat timestamptz, version bigint NOT NULL, priority smallint,
                    PRIMARY KEY (task_name, task_instance));
                CREATE INDEX ON scheduled_tasks (execution_time);
                CREATE INDEX ON scheduled_tasks (last_heartbeat)
                """));
        bare = SchedulerClient.Builder.create(postgres.dataSource())
                .tableName(NoOpWorker.BARE_TABLE)
                .build();
    }

    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.TEXT, Level.WARN, true, "bench", "bench", "bench");
        try (var bench = new JobBench()) {
            System.out.println(
                    "Medians of " + ROUNDS + " rounds in turns. Pick-up: from before COMMIT to the handler.");
            bench.measure("empty table");
            bench.fill();
            bench.measure("1,000,000 jobs waiting");
        }
    }

    private void measure(String what) throws Exception {
        System.out.println("\n" + what);
        throughput();
        try (var worker = JobProcess.start("kit", databaseUrl, redisUrl, 0, 0)) {
            worker.awaitStart();
            pickUp("warming up", 2_000); // under the load that is measured: the worker's code is compiled meanwhile
            pickUp("idle", 0);
            pickUp("under 2,000 jobs/s", 2_000);
        }
    }

    private void throughput() throws Exception {
        var kitRate = new double[ROUNDS];
        var bareRate = new double[ROUNDS];
        var kitEnqueueRate = new double[ROUNDS];
        var bareEnqueueRate = new double[ROUNDS];
        for (var round = 0; round < ROUNDS; round++) {
            bareEnqueueRate[round] = perSecond(this::enqueueBare);
            bareRate[round] = rate("bare");
            kitEnqueueRate[round] = perSecond(this::enqueue);
            kitRate[round] = rate("kit");
        }
        compare("no-op jobs per second", median(kitRate), median(bareRate));
        compare("enqueued per second", median(kitEnqueueRate), median(bareEnqueueRate));
    }

    private double rate(String which) throws Exception {
        postgres.jdbi().useHandle(handle -> handle.execute("VACUUM ANALYZE"));
        try (var worker = JobProcess.start(which, databaseUrl, redisUrl, WARM_UP, JOBS)) {
            return worker.rate();
        }
    }

    private static double perSecond(Runnable enqueue) {
        var start = System.nanoTime();
        enqueue.run();
        return JOBS * 1e9 / (System.nanoTime() - start);
    }

    private void enqueue() {
        for (var from = 0; from < JOBS; from += BATCH) {
            var batch = IntStream.range(from, from + BATCH)
                    .mapToObj(number -> Job.of(new NoOpWorker.NoOp(number)))
                    .toList();
            postgres.jdbi().useTransaction(transaction -> jobs.enqueueAll(transaction, batch));
        }
    }

    private void enqueueBare() {
        var now = Instant.now();
        for (var from = 0; from < JOBS; from += BATCH) {
            List<TaskInstance<?>> batch = new ArrayList<>();
            for (var number = from; number < from + BATCH; number++) {
                batch.add(new TaskInstance<>("NoOp", String.valueOf(number), String.valueOf(number)));
            }
            bare.scheduleBatch(batch, now);
        }
    }

    /** Fills both tables with a million jobs that are due in ten years. */
    private void fill() {
        postgres.jdbi()
                .useHandle(handle -> handle.createScript("""
                INSERT INTO jobs (task_name, task_instance, task_data, execution_time)
                SELECT 'NoOp', 'waiting ' || i, '{"data": {"number": 1}}', now() + interval '10 years'
                FROM generate_series(1, %1$d) AS i;
                INSERT INTO scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                SELECT 'NoOp', 'waiting ' || i, now() + interval '10 years', false, 1
                FROM generate_series(1, %1$d) AS i
                """.formatted(WAITING)).execute());
    }

    private void pickUp(String what, int perSecond) throws InterruptedException {
        var load = new Load(perSecond);
        var committed = new long[MARKED];
        redis.client().del(NoOpWorker.ARRIVALS);
        try (load) {
            for (var i = 0; i < MARKED; i++) {
                var number = i;
                postgres.jdbi().useTransaction(transaction -> {
                    jobs.enqueue(transaction, new NoOpWorker.TimestampedJob(number));
                    committed[number] = micros();
                });
                Thread.sleep(20);
            }
            for (var i = 0;
                    i < 500 && redis.client().hgetAll(NoOpWorker.ARRIVALS).size() < MARKED;
                    i++) Thread.sleep(20);
        }
        var waits = redis.client().hgetAll(NoOpWorker.ARRIVALS).entrySet().stream()
                .mapToLong(
                        arrival -> Long.parseLong(arrival.getValue()) - committed[Integer.parseInt(arrival.getKey())])
                .sorted()
                .toArray();
        if (waits.length != MARKED) throw new IllegalStateException("only %d were run".formatted(waits.length));
        System.out.printf(
                "  pick-up %-24s p50 %6.2f ms   p99 %6.2f ms%n", what, percentile(waits, 50), percentile(waits, 99));
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private static double percentile(long[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1000.0;
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void compare(String what, double kitRate, double bareRate) {
        System.out.printf("  %-32s %,8.0f   bare %,8.0f   ratio %.2f%n", what, kitRate, bareRate, kitRate / bareRate);
    }

    /** Enqueues no-op jobs at a steady rate, twenty per transaction; none at a rate of 0. */
    private final class Load implements AutoCloseable {
        private static final int BATCH_SIZE = 20;
        private final Thread thread;
        private volatile boolean ended;

        private Load(int perSecond) {
            thread = Thread.ofVirtual().start(() -> {
                for (var next = System.nanoTime(); !ended && perSecond > 0; ) {
                    var batch = LongStream.range(0, BATCH_SIZE)
                            .mapToObj(number -> Job.of(new NoOpWorker.NoOp((int) number)))
                            .toList();
                    postgres.jdbi().useTransaction(transaction -> jobs.enqueueAll(transaction, batch));
                    next += 1_000_000_000L * BATCH_SIZE / perSecond;
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            });
        }

        @Override
        public void close() throws InterruptedException {
            ended = true;
            thread.join();
        }
    }

    @Override
    public void close() {
        redis.close();
        postgres.close();
    }
}
