package dozen.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.serializer.JacksonSerializer;
import com.github.kagkarlsson.scheduler.task.Task;
import dozen.config.Env;
import dozen.jobs.Job.RetryPolicy;
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
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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
     * before recording it), so it must be idempotent. An exception is a failed attempt, unless the worker is stopping. A
     * {@link Job.PermanentFailure} is the last one. A DomainError of kind TOO_MANY puts the job off and is no attempt.
     */
    @FunctionalInterface
    public interface JobHandler<J> {
        void run(J job, Job.Run run) throws Exception;
    }

    /** How a run ended. One that is cut short because the worker stops is handed back. */
    public enum Outcome {
        DONE(Level.INFO),
        FAILED(Level.WARN),
        DEAD(Level.ERROR),
        HANDED_BACK(Level.INFO);

        final Level level;

        Outcome(Level level) {
            this.level = level;
        }
    }

    /** Is called after each run. An exception that it throws is logged, and does not change the outcome of the job. */
    @FunctionalInterface
    public interface RunObserver {
        /** @param waitMillis how long the run began after the job was due */
        void finished(String type, Outcome outcome, long waitMillis, long runMillis);
    }

    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    static final Duration HEARTBEAT = Duration.ofSeconds(8);
    /** How long a job may wait here for a thread before other workers get it. */
    private static final Duration MAX_QUEUE_TIME = Duration.ofSeconds(1);
    /**
     * How many jobs are taken for each shared thread. More than one saves round trips for short jobs: with 1, a worker
     * does 0.6 times as many jobs a second that do nothing.
     */
    private static final int PREFETCH_FACTOR = 4;

    private final Map<String, JobExecutor.Type<?>> types = new LinkedHashMap<>();
    private final List<Scheduler> schedulers = new ArrayList<>();
    private final String name;
    private final Postgres postgres;
    private final Duration drain;
    private final Jobs jobs;
    private final JobStore store;
    private final JobCompleter completer;
    private final JobExecutor executor;
    private final List<RunObserver> observers = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("worker-timer").factory());
    private Runnable stopListening;
    private volatile boolean stopping;

    /**
     * @param name unique among all processes
     * @param drain how long running jobs may take once it is closed
     */
    public Worker(String name, Postgres postgres, Redis redis, Duration drain) {
        this.name = name;
        this.postgres = postgres;
        this.drain = drain;
        this.jobs = new Jobs(redis);
        this.store = new JobStore(postgres.jdbi(), name);
        this.completer = new JobCompleter(store::delete);
        this.executor = new JobExecutor(store, completer, jobs, observers, () -> stopping);
    }

    public static int readThreads(Env env) {
        return env.setting("WORKER_THREADS", "jobs at once per worker process").integer(5, 1, 1000);
    }

    /** Registers the handler of this type of job, with the default retry policy. */
    public <J> Worker on(Class<J> type, JobHandler<J> handler) {
        return on(type, RetryPolicy.DEFAULT, handler, _ -> {});
    }

    /** @param dead is told, perhaps twice, of each job that failed, or whose worker died, at the last attempt */
    public <J> Worker on(Class<J> type, RetryPolicy policy, JobHandler<J> handler, Consumer<J> dead) {
        var name = type.getSimpleName();
        var added = types.put(name, new JobExecutor.Type<>(name, type, policy, handler, dead));
        if (added != null) throw new IllegalArgumentException("registered twice: " + name);
        return this;
    }

    /** The types of jobs that have a handler here. */
    public List<String> types() {
        return List.copyOf(types.keySet());
    }

    public Worker observe(RunObserver observer) {
        observers.add(observer);
        return this;
    }

    /** @param threads how many jobs run at once, beside those of types that have threads of their own */
    public Worker start(int threads) {
        var shared = new ArrayList<String>();
        types.forEach((name, type) -> {
            var own = type.policy().ownThreads();
            if (own == 0) shared.add(name);
            else schedulers.add(scheduler(List.of(name), own, 1));
        });
        if (!shared.isEmpty()) schedulers.add(scheduler(shared, threads, PREFETCH_FACTOR));
        schedulers.forEach(Scheduler::start);
        stopListening = jobs.listen(() -> schedulers.forEach(Scheduler::triggerCheckForDueExecutions));
        timer.scheduleWithFixedDelay(() -> handBack(() -> store.handBack(MAX_QUEUE_TIME)), 1, 1, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(store::correctClock, 10, 10, TimeUnit.SECONDS);
        log.info("{} runs {} jobs at once: {}", name, threads, String.join(", ", types.keySet()));
        return this;
    }

    /** A scheduler that takes jobs of some types. It knows every type, so that it can notice any dead job. */
    private Scheduler scheduler(List<String> taken, int threads, int ahead) {
        List<Task<?>> tasks =
                types.values().stream().<Task<?>>map(executor::task).toList();
        return Scheduler.create(postgres.dataSource(), tasks)
                .tableName("jobs")
                .schedulerName(new SchedulerName.Fixed(name))
                .jdbcCustomization(store.taking(taken))
                .serializer(new JacksonSerializer(Job.MAPPER))
                .clock(store::now)
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

    @Override
    public void close() {
        if (stopping || stopListening == null) return;
        stopping = true;
        var deadline = System.nanoTime() + drain.toNanos();
        schedulers.forEach(Scheduler::pause);
        timer.shutdownNow();
        stopListening.run();
        try {
            boolean running;
            do {
                handBack(() -> store.handBack(Duration.ZERO)); // repeated for jobs that are still being taken
                Thread.sleep(50);
                running = schedulers.stream()
                        .anyMatch(each -> !each.getCurrentlyExecuting().isEmpty());
            } while (running && System.nanoTime() < deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) { // each waits for its handlers to end
            for (var scheduler : schedulers) threads.submit(() -> scheduler.stop());
        }
        // A job that was done must not be handed back.
        completer.close(Duration.ofNanos(Math.max(1_000_000_000, deadline - System.nanoTime())));
        handBack(store::handBackAll);
    }

    private void handBack(IntSupplier work) {
        try {
            var count = work.getAsInt();
            if (count == 0) return;
            log.atLevel(stopping ? Level.INFO : Level.DEBUG).log("{} jobs handed back", count);
            jobs.wake();
        } catch (RuntimeException e) {
            log.warn("jobs could not be handed back; tried again, or found by their heartbeats: {}", e.getMessage());
        }
    }
}
