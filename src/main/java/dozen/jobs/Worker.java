package dozen.jobs;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dozen.services.Postgres;
import dozen.services.Redis;
import dozen.services.TransientFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    static final Duration HEARTBEAT = Duration.ofSeconds(8);
    /** db-scheduler allows no fewer. */
    private static final int MISSED_HEARTBEATS = 4;
    /** How long a job may wait here for a thread. */
    private static final Duration LATE = Duration.ofSeconds(1);
    /**
     * How many jobs are taken for each shared thread: with 1, a worker does 0.6 times as many no-op jobs a second
     * (scripts/bench jobs).
     */
    private static final double AHEAD = 4;
    /** How long handlers may take to end after they are interrupted. */
    private static final Duration INTERRUPT_GRACE = Duration.ofMillis(500);

    private final Map<String, JobType<?>> types = new LinkedHashMap<>();
    private final Postgres postgres;
    private final Wakeup wakeup;
    private final JobStore queue;
    private final JobExecutor runs;
    private final JobMetrics metrics;
    private final String name;
    private final Duration drain;
    private final Clock clock;
    private final List<Scheduler> schedulers = new ArrayList<>();
    private final WaitingJobs waiting = new WaitingJobs();
    private final ScheduledExecutorService handBackLate = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("hand-back").factory());

    /**
     * @param name unique among all processes
     * @param drain how long running jobs may take once it is closed
     */
    public Worker(String name, Postgres postgres, Redis redis, Duration drain) {
        this.name = name;
        this.postgres = postgres;
        this.drain = drain;
        this.wakeup = new Wakeup(redis);
        this.queue = new JobStore(postgres.jdbi(), name);
        this.metrics = new JobMetrics(redis);
        this.clock = new DatabaseClock(postgres.jdbi());
        this.runs = new JobExecutor(queue, waiting, clock, new Progress(redis), metrics);
    }

    /** Registers the handler of this type of job, with the default retry policy. */
    public <J> Worker on(Class<J> type, JobHandler<J> handler) {
        return on(type, RetryPolicy.DEFAULT, handler);
    }

    public <J> Worker on(Class<J> type, RetryPolicy policy, JobHandler<J> handler) {
        var job = new JobType<>(JobType.name(type), type, policy, handler);
        if (types.put(job.name(), job) != null) throw new IllegalArgumentException("registered twice: " + job.name());
        return this;
    }

    /** @param threads how many jobs run at once, beside those of types that have threads of their own */
    public Worker start(int threads) {
        var shared = types.values().stream()
                .filter(type -> type.policy().ownThreads() == 0)
                .map(JobType::name)
                .toList();
        if (!shared.isEmpty()) schedulers.add(scheduler(shared, threads, AHEAD));
        for (var type : types.values()) {
            if (type.policy().ownThreads() > 0) {
                schedulers.add(scheduler(List.of(type.name()), type.policy().ownThreads(), 1));
            }
        }
        schedulers.forEach(Scheduler::start);
        wakeup.listen(() -> schedulers.forEach(Scheduler::triggerCheckForDueExecutions));
        metrics.start();
        handBackLate.scheduleWithFixedDelay(
                this::handBackLate, LATE.toMillis(), LATE.toMillis(), TimeUnit.MILLISECONDS);
        log.info("{} runs {} jobs at once: {}", name, threads, String.join(", ", types.keySet()));
        return this;
    }

    /**
     * A scheduler that takes jobs of some types. It knows every type, so that it can notice any dead job.
     *
     * @param ahead how many jobs it takes for each thread. More than one saves round trips for jobs that take
     *     milliseconds, but keeps jobs waiting here while another worker could run them.
     */
    private Scheduler scheduler(List<String> taken, int threads, double ahead) {
        List<Task<?>> tasks = types.values().stream().<Task<?>>map(this::task).toList();
        return Scheduler.create(postgres.dataSource(), tasks)
                .tableName("jobs")
                .schedulerName(new SchedulerName.Fixed(name))
                .jdbcCustomization(new SchedulerTables(taken.stream(), waiting::took))
                .serializer(SchedulerTables.TEXT)
                .clock(clock)
                .threads(threads)
                .executorService(Executors.newFixedThreadPool(
                        threads, Thread.ofVirtual().name("job-", 0).factory()))
                .pollUsingLockAndFetch(ahead / AHEAD, ahead)
                .pollingInterval(POLL)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .deleteUnresolvedAfter(Duration.ofDays(365_000)) // another release may know them
                .shutdownMaxWait(INTERRUPT_GRACE)
                .failureLogging(LogLevel.DEBUG, false)
                .build();
    }

    /** Hands back jobs that wait while all threads are busy with longer ones, so that other workers can run them. */
    private void handBackLate() {
        var late = waiting.takeLate(LATE);
        if (late.isEmpty()) return;
        try {
            TransientFailures.retryUntilBack(() -> queue.handBack(late));
            wakeup.send();
        } catch (RuntimeException e) {
            log.warn("{} jobs could not be handed back; they count as dead in 32 s: {}", late.size(), e.getMessage());
        }
    }

    private Task<String> task(JobType<?> type) {
        return Tasks.custom(type.name(), String.class)
                .onDeadExecution((complete, operations) -> runs.died(type, complete.getExecution()))
                .execute((instance, context) -> {
                    var outcome = runs.run(type, instance, context);
                    return (complete, operations) -> {
                        try {
                            if (outcome == JobExecutor.Outcome.DONE) {
                                TransientFailures.retryUntilBack(operations::remove);
                            }
                        } finally {
                            runs.finished(instance.getId());
                        }
                    };
                });
    }

    @Override
    public void close() {
        if (schedulers.isEmpty() || schedulers.getFirst().getSchedulerState().isShuttingDown()) return;
        var deadline = System.nanoTime() + drain.toNanos();
        schedulers.forEach(Scheduler::pause);
        handBackLate.shutdownNow();
        wakeup.close();
        runs.stop();
        try {
            do {
                handBack(); // jobs that were fetched but not started; repeated for fetches still under way
                Thread.sleep(50);
            } while (!runs.running().isEmpty() && System.nanoTime() < deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stopSchedulers();
        runs.abandonRunning();
        handBack();
        metrics.close();
    }

    /** Stops all schedulers at the same time, because each waits for its handlers to end. */
    private void stopSchedulers() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var scheduler : schedulers) threads.submit(() -> scheduler.stop());
        }
    }

    private void handBack() {
        try {
            var count = queue.handBack(runs.running());
            if (count == 0) return;
            log.info("{} jobs handed back", count);
            wakeup.send();
        } catch (RuntimeException e) {
            log.warn("jobs could not be handed back; their heartbeats will tell: {}", e.getMessage());
        }
    }
}
