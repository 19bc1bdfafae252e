package dozen.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import dozen.config.Env;
import dozen.jobs.JobStore.RunId;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a number of jobs at once until it is closed. Then it takes no new jobs, hands back those that have not started,
 * and gives the running ones time to finish. Those that do not finish in time are handed back, too. No attempt is
 * counted for jobs that are handed back.
 *
 * <p>When a worker is killed, its jobs start again elsewhere within 60 s: every 16 s, the other workers look for jobs
 * whose heartbeat is older than 32 s. Such a death counts as an attempt. Otherwise a job that kills its worker would
 * kill all of them, again and again.
 */
public final class Worker implements AutoCloseable {
    /**
     * Does the work of one type of job. It may be called again for the same job (a worker can die after the work and
     * before recording it), so it must be idempotent. Any exception is a failed attempt, unless the worker is stopping.
     */
    @FunctionalInterface
    public interface JobHandler<J> {
        void run(J job, JobRun run) throws Exception;
    }

    /** How a run ended. One that is cut short because the worker stops is handed back. */
    public enum Outcome {
        DONE,
        FAILED,
        DEAD,
        HANDED_BACK
    }

    /** Is called after each run. An exception that it throws is logged, and does not change the outcome of the job. */
    @FunctionalInterface
    public interface RunObserver {
        /** @param waitMillis how long the run began after the job was due */
        void finished(String type, Outcome outcome, long waitMillis, long runMillis);
    }

    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    static final Duration HEARTBEAT = Duration.ofSeconds(8);
    /** How long a job may wait here for a thread. */
    private static final Duration MAX_QUEUE_TIME = Duration.ofSeconds(1);
    /**
     * How many jobs are taken for each shared thread. More than one saves round trips for short jobs: with 1, a worker
     * does 0.6 times as many no-op jobs a second (scripts/bench jobs).
     */
    private static final int PREFETCH_FACTOR = 4;

    private final Map<String, JobExecutor.Type<?>> types = new LinkedHashMap<>();
    private final List<Scheduler> schedulers = new ArrayList<>();
    private final String name;
    private final Postgres postgres;
    private final Duration drain;
    private final Jobs.Wakeup wakeup;
    private final JobTable.DatabaseClock clock;
    private final JobStore store;
    private final JobExecutor runs;
    private final List<RunObserver> observers = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("worker-timer").factory());

    /**
     * @param name unique among all processes
     * @param drain how long running jobs may take once it is closed
     */
    public Worker(String name, Postgres postgres, Redis redis, Duration drain) {
        this.name = name;
        this.postgres = postgres;
        this.drain = drain;
        this.wakeup = new Jobs.Wakeup(redis);
        this.clock = new JobTable.DatabaseClock(postgres.jdbi());
        this.store = new JobStore(postgres.jdbi(), name);
        this.runs = new JobExecutor(store, clock, new Progress(redis), observers);
    }

    public static int readThreads(Env env) {
        return env.setting("WORKER_THREADS", "jobs at once per worker process").integer(8, 1, 1000);
    }

    /**
     * How many connections to PostgreSQL a worker needs: one for each thread, and eight for types that have threads of
     * their own, for taking jobs and for heartbeats.
     */
    public static int connections(int threads) {
        return threads + 8;
    }

    /** Registers the handler of this type of job, with the default retry policy. */
    public <J> Worker on(Class<J> type, JobHandler<J> handler) {
        return on(type, RetryPolicy.DEFAULT, handler);
    }

    public <J> Worker on(Class<J> type, RetryPolicy policy, JobHandler<J> handler) {
        return on(type, policy, handler, _ -> {});
    }

    /**
     * @param dead is told of each job that failed at its last attempt, also when the worker was killed at it; it may be
     *     called twice
     */
    public <J> Worker on(Class<J> type, RetryPolicy policy, JobHandler<J> handler, Consumer<J> dead) {
        var job = new JobExecutor.Type<>(Job.type(type), type, policy, handler, dead);
        if (types.put(job.name(), job) != null) throw new IllegalArgumentException("registered twice: " + job.name());
        return this;
    }

    public Worker observe(RunObserver observer) {
        observers.add(observer);
        return this;
    }

    /** @param threads how many jobs run at once, beside those of types that have threads of their own */
    public Worker start(int threads) {
        var shared = types.values().stream()
                .filter(type -> type.policy().ownThreads() == 0)
                .map(JobExecutor.Type::name)
                .toList();
        if (!shared.isEmpty()) schedulers.add(scheduler(shared, threads, PREFETCH_FACTOR));
        for (var type : types.values()) {
            var own = type.policy().ownThreads();
            if (own > 0) schedulers.add(scheduler(List.of(type.name()), own, 1));
        }
        schedulers.forEach(Scheduler::start);
        wakeup.listen(() -> schedulers.forEach(Scheduler::triggerCheckForDueExecutions));
        timer.scheduleWithFixedDelay(this::handBackLate, 1, 1, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(clock::refresh, 10, 10, TimeUnit.SECONDS);
        log.info("{} runs {} jobs at once: {}", name, threads, String.join(", ", types.keySet()));
        return this;
    }

    /** A scheduler that takes jobs of some types. It knows every type, so that it can notice any dead job. */
    private Scheduler scheduler(List<String> taken, int threads, int ahead) {
        List<Task<?>> tasks = types.values().stream().<Task<?>>map(runs::task).toList();
        return Scheduler.create(postgres.dataSource(), tasks)
                .tableName("jobs")
                .schedulerName(new SchedulerName.Fixed(name))
                .jdbcCustomization(new JobTable(taken, store::took))
                .serializer(JobTable.TEXT)
                .clock(clock)
                .threads(threads)
                .executorService(Executors.newFixedThreadPool(
                        threads, Thread.ofVirtual().name("job-", 0).factory()))
                .pollUsingLockAndFetch((double) ahead / PREFETCH_FACTOR, ahead)
                .pollingInterval(Duration.ofSeconds(1))
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(4) // db-scheduler allows no fewer
                .deleteUnresolvedAfter(Duration.ofDays(365_000)) // never, because another release may know these types
                .shutdownMaxWait(Duration.ofMillis(500)) // before handlers are interrupted, and after
                .failureLogging(LogLevel.DEBUG, false)
                .build();
    }

    /** Hands back jobs that wait while all threads are busy with longer ones, so that other workers can run them. */
    private void handBackLate() {
        var late = store.removeLate(MAX_QUEUE_TIME);
        if (late.isEmpty()) return;
        try {
            Postgres.retry(() -> store.handBack(late));
            wakeup.send();
        } catch (RuntimeException e) {
            log.warn("{} jobs could not be handed back; they count as dead in 32 s: {}", late.size(), e.getMessage());
        }
    }

    @Override
    public void close() {
        if (schedulers.isEmpty() || schedulers.getFirst().getSchedulerState().isShuttingDown()) return;
        var deadline = System.nanoTime() + drain.toNanos();
        schedulers.forEach(Scheduler::pause);
        timer.shutdownNow();
        wakeup.close();
        runs.stop();
        try {
            do {
                handBackAllBut(running()); // repeated for jobs that are still being taken
                Thread.sleep(50);
            } while (!running().isEmpty() && System.nanoTime() < deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) { // each waits for its handlers to end
            for (var scheduler : schedulers) threads.submit(() -> scheduler.stop());
        }
        handBackAllBut(List.of());
    }

    /**
     * Returns the running jobs. A job is one of them until its row is removed; otherwise it would be handed back and
     * run again.
     */
    private List<RunId> running() {
        return schedulers.stream()
                .flatMap(scheduler -> scheduler.getCurrentlyExecuting().stream())
                .map(executing -> RunId.of(executing.getExecution()))
                .toList();
    }

    private void handBackAllBut(List<RunId> running) {
        try {
            var count = store.handBackAllBut(running);
            if (count == 0) return;
            log.info("{} jobs handed back", count);
            wakeup.send();
        } catch (RuntimeException e) {
            log.warn("jobs could not be handed back; their heartbeats will tell: {}", e.getMessage());
        }
    }
}
