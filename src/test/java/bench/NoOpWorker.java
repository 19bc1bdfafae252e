package bench;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dozen.jobs.Worker;
import dozen.jobs.Worker.JobHandler;
import dozen.logging.Logging;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.event.Level;

/**
 * A worker process whose jobs do nothing, on the kit or on plain db-scheduler. Both use 8 threads and lock-and-fetch
 * with limits of 1.0 and 4.0 times the threads. The kit also logs each run, as it does everywhere.
 */
final class NoOpWorker {
    static final String ARRIVALS = "bench:arrivals";
    static final String BARE_TABLE = "scheduled_tasks";
    static final int THREADS = 8;
    /** How long a {@link WaitingJob} waits. */
    static final int WAIT_MS = 20;

    private static final Duration LONGEST = Duration.ofMinutes(3);

    /** A job that does nothing. */
    record NoOp(int number) {}

    /** A job that records when it was picked up. */
    record TimestampedJob(int number) {}

    /** A job that waits for somebody else, as most jobs do. */
    record WaitingJob(int number) {}

    private final int warmUp;
    private final int total;
    private final AtomicInteger done = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile long start;

    private NoOpWorker(int warmUp, int total) {
        this.warmUp = warmUp;
        this.total = total;
    }

    /**
     * Prints the jobs per second between the end of the warm-up and the last job. With a total of 0 it prints nothing
     * and runs until it is killed, for three minutes at most.
     */
    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.JSON, Level.INFO, false, "worker", "bench", "bench");
        var worker = new NoOpWorker(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        try (var postgres =
                new Postgres(Postgres.Url.parse(arguments[1]), THREADS + 4, Duration.ofSeconds(60)).connect()) {
            if (arguments[0].equals("bare")) worker.bare(postgres);
            else worker.kit(postgres, arguments[2]);
        }
    }

    private void bare(Postgres postgres) throws InterruptedException {
        var task = Tasks.oneTime("NoOp", String.class).execute((instance, context) -> count());
        var scheduler = Scheduler.create(postgres.dataSource(), task)
                .tableName(BARE_TABLE)
                .threads(THREADS)
                .pollUsingLockAndFetch(1.0, 4.0)
                .pollingInterval(Duration.ofSeconds(1))
                .build();
        scheduler.start();
        report();
        scheduler.stop();
    }

    private void kit(Postgres postgres, String redisUrl) throws InterruptedException {
        try (var redis = new Redis(new Redis.Settings(Redis.Url.parse(redisUrl), true, 5)).connect();
                var worker =
                        new Worker("bench-" + ProcessHandle.current().pid(), postgres, redis, Duration.ofSeconds(5))) {
            JobHandler<TimestampedJob> arrival = (job, run) -> {
                var micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
                redis.client().hset(ARRIVALS, String.valueOf(job.number()), String.valueOf(micros));
            };
            worker.on(NoOp.class, (job, run) -> count())
                    .on(TimestampedJob.class, arrival)
                    .on(WaitingJob.class, (job, run) -> Thread.sleep(WAIT_MS))
                    .start(THREADS);
            report();
        }
    }

    private void count() {
        var count = done.incrementAndGet();
        if (count == warmUp) start = System.nanoTime();
        if (count == total) end.countDown();
    }

    private void report() throws InterruptedException {
        if (!end.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) return;
        System.err.println((total - warmUp) * 1e9 / (System.nanoTime() - start));
    }
}
