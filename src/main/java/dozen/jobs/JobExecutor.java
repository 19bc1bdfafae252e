package dozen.jobs;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dozen.jobs.JobStore.RunId;
import dozen.jobs.Worker.JobHandler;
import dozen.jobs.Worker.Outcome;
import dozen.jobs.Worker.RunObserver;
import dozen.logging.Logging;
import dozen.services.TransientFailures;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Runs the jobs of one worker, each with its context, time limit and outcome, and logs one event for each. */
final class JobExecutor {
    /** @param dead is told of a job that failed at its last attempt, before the job moves to the dead ones */
    record Type<J>(String name, Class<J> payload, RetryPolicy policy, JobHandler<J> handler, Consumer<J> dead) {}

    private static final Logger log = LoggerFactory.getLogger("dozen.jobs.Run");

    private final JobStore store;
    private final Clock clock;
    private final Progress progress;
    private final List<RunObserver> observers;
    private volatile boolean stopping;

    JobExecutor(JobStore store, Clock clock, Progress progress, List<RunObserver> observers) {
        this.store = store;
        this.clock = clock;
        this.progress = progress;
        this.observers = observers;
    }

    /** After this call no job starts, and a run that is cut short does not count as a failed attempt. */
    void stop() {
        stopping = true;
    }

    Task<String> task(Type<?> type) {
        return Tasks.custom(type.name(), String.class)
                .onDeadExecution((complete, _) -> died(type, complete.getExecution()))
                .execute((_, context) -> {
                    var outcome = run(type, context.getExecution());
                    return (_, operations) -> {
                        if (outcome == Outcome.DONE) TransientFailures.retry(operations::remove);
                    };
                });
    }

    private <J> Outcome run(Type<J> type, Execution execution) {
        var id = RunId.of(execution);
        if (!store.start(id) || stopping) return Outcome.HANDED_BACK;
        var wait = Math.max(
                0, Duration.between(execution.executionTime, clock.now()).toMillis());
        var start = System.nanoTime();
        String requestId = null;
        Throwable failure;
        try {
            var data = Job.Data.read((String) execution.taskInstance.getData(), type.payload());
            requestId = data.requestId();
            failure = handle(type, id, data);
        } catch (Job.Unreadable e) {
            failure = e;
        }
        var outcome = failure == null ? Outcome.DONE : settle(type, execution, failure);
        var took = (System.nanoTime() - start) / 1_000_000;
        for (var observer : observers) {
            try {
                observer.finished(type.name(), outcome, wait, took);
            } catch (RuntimeException e) {
                log.warn("an observer of runs failed", e);
            }
        }
        var event = log.atLevel(level(outcome))
                .addKeyValue("job", type.name())
                .addKeyValue("id", id.id())
                .addKeyValue("attempt", id.attempt())
                .addKeyValue("wait_ms", wait)
                .addKeyValue("run_ms", took)
                .addKeyValue("outcome", outcome.name().toLowerCase(Locale.ROOT));
        if (requestId != null) event = event.addKeyValue("requestId", requestId);
        if (failure != null && outcome != Outcome.HANDED_BACK) event = event.setCause(failure);
        event.log("job");
        return outcome;
    }

    private static Level level(Outcome outcome) {
        return switch (outcome) {
            case DONE, HANDED_BACK -> Level.INFO;
            case FAILED -> Level.WARN;
            case DEAD -> Level.ERROR;
        };
    }

    /**
     * Runs the handler on a thread of its own, so that no interrupt meant for it reaches the code that follows. Returns
     * the failure, or null. An Error is a failure, too: the worker goes on.
     */
    private <J> Throwable handle(Type<J> type, RunId id, Job.Data<J> data) {
        var run = new JobRun(id.id(), id.attempt(), () -> stopping, percent -> progress.set(id, percent));
        var handler = new FutureTask<>(() -> Logging.forRequest(data.requestId(), () -> {
            type.handler().run(data.job(), run);
            return null;
        }));
        var thread = Thread.ofVirtual().name(Thread.currentThread().getName()).start(handler);
        var limit = type.policy().limit();
        var inTime = true;
        try {
            inTime = thread.join(limit);
        } catch (InterruptedException e) {
            // the worker stops
        }
        thread.interrupt();
        try {
            handler.get();
            return null;
        } catch (ExecutionException e) {
            var message = "it took longer than %.1f s".formatted(limit.toMillis() / 1000.0);
            return inTime ? e.getCause() : new IllegalStateException(message, e.getCause());
        } catch (InterruptedException e) {
            return e;
        }
    }

    private Outcome settle(Type<?> type, Execution execution, Throwable failure) {
        if (stopping) return Outcome.HANDED_BACK;
        var id = RunId.of(execution);
        var unreadable = failure instanceof Job.Unreadable;
        var last = unreadable || id.attempt() >= type.policy().attempts();
        var wait = type.policy().waitAfter(id.attempt());
        var error = unreadable ? failure.getMessage() : failure.toString();
        if (last) tellDead(type, execution);
        TransientFailures.retry(() -> store.failed(id, last, wait, error));
        return last ? Outcome.DEAD : Outcome.FAILED;
    }

    /** Handles a job whose worker was killed during the run, or lost PostgreSQL for good. */
    private void died(Type<?> type, Execution execution) {
        var id = RunId.of(execution);
        var error = "its worker died: " + execution.pickedBy;
        log.warn("{} {}: {}", id.type(), id.id(), error);
        var last = id.attempt() >= type.policy().attempts();
        if (last) tellDead(type, execution);
        store.failed(id, last, Duration.ZERO, error);
    }

    private static <J> void tellDead(Type<J> type, Execution execution) {
        try {
            var data = Job.Data.read((String) execution.taskInstance.getData(), type.payload());
            TransientFailures.retry(() -> type.dead().accept(data.job()));
        } catch (Job.Unreadable e) {
            log.debug("nobody can be told of an unreadable job");
        } catch (RuntimeException e) {
            log.error("a dead job could not be told", e);
        }
    }
}
