package dozen.jobs;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import dozen.logging.RequestId;
import dozen.services.TransientFailures;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the jobs of one worker, each with its context, time limit and outcome, and logs one event for each. */
final class JobExecutor {
    enum Outcome {
        DONE,
        FAILED,
        DEAD,
        HANDED_BACK
    }

    private static final Logger log = LoggerFactory.getLogger("dozen.jobs.Run");

    private final JobStore queue;
    private final WaitingJobs waiting;
    private final Clock clock;
    private final Progress progress;
    private final JobMetrics metrics;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final TimeLimits limits = new TimeLimits();
    private volatile boolean stopping;

    JobExecutor(JobStore queue, WaitingJobs waiting, Clock clock, Progress progress, JobMetrics metrics) {
        this.queue = queue;
        this.waiting = waiting;
        this.clock = clock;
        this.progress = progress;
        this.metrics = metrics;
    }

    /** After this call no job starts, and a run that is cut short does not count as a failed attempt. */
    void stop() {
        stopping = true;
    }

    Set<String> running() {
        return running;
    }

    /** Called at the end: jobs that still run now are not waited for. */
    void abandonRunning() {
        running.clear();
        limits.close();
    }

    /**
     * Runs a job. It counts as running until {@link #finished}, which follows when its row is removed: a row whose job
     * does not run is handed back when the worker stops, and would run again elsewhere.
     */
    Outcome run(JobType<?> type, TaskInstance<String> instance, ExecutionContext context) {
        var id = instance.getId();
        running.add(id);
        try {
            if (isLost(context.getExecution()) || stopping) return Outcome.HANDED_BACK;
            return measured(type, id, instance.getData(), context.getExecution());
        } catch (RuntimeException e) {
            finished(id);
            throw e;
        }
    }

    void finished(String id) {
        running.remove(id);
    }

    /**
     * Tells whether the job was handed back meanwhile, or this process stood still for so long that the job was taken
     * for dead.
     */
    private boolean isLost(Execution execution) {
        var run = JobStore.RunId.of(execution);
        var waited = waiting.start(run);
        return waited < 0 || waited > Worker.HEARTBEAT.toMillis() && !queue.isStillOurs(run);
    }

    private Outcome measured(JobType<?> type, String id, String data, Execution execution) {
        var attempt = execution.consecutiveFailures + 1;
        var wait = Math.max(
                0, Duration.between(execution.executionTime, clock.now()).toMillis());
        var start = System.nanoTime();
        Throwable failure = null;
        String requestId = null;
        try {
            var payload = Payload.read(data);
            requestId = payload.requestId();
            RequestId.during(requestId, () -> handle(type, payload, id, attempt));
        } catch (Throwable e) { // an Error too: the job failed, and the worker goes on
            failure = e;
        } finally {
            Thread.interrupted(); // an interrupt of the handler must not reach the code that follows
        }
        var outcome = failure == null ? Outcome.DONE : settle(type, JobStore.RunId.of(execution), attempt, failure);
        var milliseconds = (System.nanoTime() - start) / 1_000_000;
        metrics.run(type.name(), outcome, wait, milliseconds);
        log(type, id, attempt, wait, milliseconds, requestId, outcome, failure);
        return outcome;
    }

    private <J> Void handle(JobType<J> type, Payload payload, String id, int attempt) throws Exception {
        var job = payload.as(type.payload());
        var run = new JobRun(
                id, attempt, payload.requestId(), () -> stopping, percent -> progress.set(type.name(), id, percent));
        try (var limit = limits.start(type.policy().limit())) {
            type.handler().run(job, run);
            return null;
        } catch (InterruptedException e) {
            if (stopping) throw e;
            throw new TimeLimits.Exceeded(type.policy().limit(), e);
        }
    }

    private Outcome settle(JobType<?> type, JobStore.RunId run, int attempt, Throwable failure) {
        if (stopping) return Outcome.HANDED_BACK;
        var last = attempt >= type.policy().attempts() || failure instanceof Payload.Unreadable;
        var error = failure instanceof Payload.Unreadable ? failure.getMessage() : failure.toString();
        TransientFailures.retryUntilBack(() -> {
            if (last) queue.bury(run, attempt, error);
            else queue.failed(run, type.policy().waitAfter(attempt).toMillis(), error);
        });
        return last ? Outcome.DEAD : Outcome.FAILED;
    }

    /** Handles a job whose worker was killed during the run, or lost PostgreSQL for good. */
    void died(JobType<?> type, Execution execution) {
        var id = execution.taskInstance.getId();
        var attempt = execution.consecutiveFailures + 1;
        var error = "its worker died: " + execution.pickedBy;
        log.warn("{} {}: {}", type.name(), id, error);
        if (attempt >= type.policy().attempts()) queue.bury(JobStore.RunId.of(execution), attempt, error);
        else queue.failed(JobStore.RunId.of(execution), 0, error);
    }

    private static void log(
            JobType<?> type,
            String id,
            int attempt,
            long wait,
            long milliseconds,
            String requestId,
            Outcome outcome,
            Throwable failure) {
        var event = switch (outcome) {
            case DONE, HANDED_BACK -> log.atInfo();
            case FAILED -> log.atWarn();
            case DEAD -> log.atError();
        };
        event = event.addKeyValue("job", type.name())
                .addKeyValue("id", id)
                .addKeyValue("attempt", attempt)
                .addKeyValue("wait_ms", wait)
                .addKeyValue("run_ms", milliseconds)
                .addKeyValue("outcome", outcome.name().toLowerCase(Locale.ROOT));
        if (requestId != null) event = event.addKeyValue("requestId", requestId);
        if (failure != null && outcome != Outcome.HANDED_BACK) event = event.setCause(failure);
        event.log("job");
    }
}
