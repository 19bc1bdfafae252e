package dozen.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dozen.domain.DomainError;
import dozen.jobs.Job.RetryPolicy;
import dozen.jobs.JobStore.RunId;
import dozen.jobs.Worker.JobHandler;
import dozen.jobs.Worker.Outcome;
import dozen.jobs.Worker.RunObserver;
import dozen.logging.Logging;
import dozen.services.Postgres;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs of one worker, each with its context, time limit and outcome, and logs one event for each.
 *
 * @param stopping true once no job may start, and a run that is cut short is no failed attempt
 */
record JobExecutor(
        JobStore store, JobCompleter completer, Jobs jobs, List<RunObserver> observers, BooleanSupplier stopping) {
    /** @param dead is told of a job that failed at its last attempt, before the job moves to the dead ones */
    record Type<J>(String name, Class<J> payload, RetryPolicy policy, JobHandler<J> handler, Consumer<J> dead) {}

    private static final Logger log = LoggerFactory.getLogger("dozen.jobs.Run");
    /** How long a handler may go on after it was interrupted. Then its thread is left to itself. */
    private static final Duration MAX_END = Duration.ofSeconds(5);

    Task<JsonNode> task(Type<?> type) {
        return Tasks.custom(type.name(), JsonNode.class)
                .onDeadExecution((complete, _) -> {
                    var killed = complete.getExecution(); // or its worker lost PostgreSQL for good
                    var error = "its worker died: " + killed.pickedBy;
                    log.warn("{} {}: {}", type.name(), killed.taskInstance.getId(), error);
                    tell(type, fail(type, killed, false, Duration.ZERO, error), 0, 0);
                })
                // The end of a run could not be stored. Without a heartbeat the job soon counts as its worker's death.
                .onFailure((complete, _) -> log.error(
                        "the outcome of {} {} is lost",
                        type.name(),
                        complete.getExecution().taskInstance.getId(),
                        complete.getCause().orElse(null)))
                .execute((_, context) -> {
                    var outcome = run(type, context.getExecution());
                    return (_, _) -> {
                        if (outcome == Outcome.DONE) completer.done(RunId.of(context.getExecution()));
                    };
                });
    }

    private <J> Outcome run(Type<J> type, Execution execution) {
        var id = RunId.of(execution);
        if (stopping.getAsBoolean() || !store.start(id)) return Outcome.HANDED_BACK;
        var wait = Math.max(0, ChronoUnit.MILLIS.between(execution.executionTime, store.now()));
        var start = System.nanoTime();
        Throwable failure = null;
        try {
            handle(type, execution);
        } catch (Throwable e) { // an Error is a failure, too: the worker goes on
            failure = e;
        }
        if (failure instanceof DomainError e && e.kind == DomainError.Kind.TOO_MANY) {
            Postgres.retry(() -> store.putOff(id, e.retryAfter));
            return Outcome.HANDED_BACK; // without an event, because many jobs may wait for their turn
        }
        var outcome = failure == null ? Outcome.DONE : settle(type, execution, failure);
        var took = (System.nanoTime() - start) / 1_000_000;
        tell(type, outcome, wait, took);
        var event = log.atLevel(outcome.level)
                .addKeyValue("job", type.name())
                .addKeyValue("id", id.id())
                .addKeyValue("attempt", id.attempt())
                .addKeyValue("wait_ms", wait)
                .addKeyValue("run_ms", took)
                .addKeyValue("outcome", outcome.name().toLowerCase(Locale.ROOT));
        var requestId = Job.requestId(execution);
        if (requestId != null) event = event.addKeyValue(Logging.REQUEST_ID, requestId);
        if (failure != null && outcome != Outcome.HANDED_BACK) event = event.setCause(failure);
        event.log("job");
        return outcome;
    }

    private void tell(Type<?> type, Outcome outcome, long waitMillis, long runMillis) {
        for (var observer : observers) {
            try {
                observer.finished(type.name(), outcome, waitMillis, runMillis);
            } catch (RuntimeException e) {
                log.warn("an observer of runs failed", e);
            }
        }
    }

    /** Runs the handler on a thread of its own, so that no interrupt meant for it reaches the code that follows. */
    private <J> void handle(Type<J> type, Execution execution) throws Throwable {
        var id = RunId.of(execution);
        var job = Job.payload(execution, type.payload());
        var run = new Job.Run(id.id(), id.attempt(), stopping);
        var requestId = Job.requestId(execution);
        var fields = requestId == null
                ? Map.of("job", type.name(), "id", id.id())
                : Map.of("job", type.name(), "id", id.id(), Logging.REQUEST_ID, requestId);
        var handler = new FutureTask<>(() -> Logging.withFields(fields, () -> {
            type.handler().run(job, run);
            return null;
        }));
        var thread = Thread.ofVirtual().name(Thread.currentThread().getName()).start(handler);
        var inTime = true;
        try {
            inTime = thread.join(type.policy().limit());
        } catch (InterruptedException e) {
            // the worker stops
        }
        thread.interrupt();
        thread.join(MAX_END);
        var state = handler.state();
        var failure = state == Future.State.FAILED ? handler.exceptionNow() : null;
        if (inTime && failure != null) throw failure;
        if (inTime && state == Future.State.SUCCESS) return;
        var limit = type.policy().limit().toMillis() / 1000.0;
        throw new IllegalStateException("it took longer than %.1f s".formatted(limit), failure);
    }

    private Outcome settle(Type<?> type, Execution execution, Throwable failure) {
        if (stopping.getAsBoolean()) {
            Postgres.retry(() -> store.handBack(List.of(RunId.of(execution))));
            jobs.wake();
            return Outcome.HANDED_BACK;
        }
        var permanent = failure instanceof Job.PermanentFailure;
        var wait = type.policy().waitAfter(RunId.of(execution).attempt());
        return fail(type, execution, permanent, wait, String.valueOf(permanent ? failure.getMessage() : failure));
    }

    private <J> Outcome fail(Type<J> type, Execution execution, boolean permanent, Duration wait, String error) {
        var id = RunId.of(execution);
        var last = permanent || id.attempt() >= type.policy().attempts();
        if (last) {
            try {
                var job = Job.payload(execution, type.payload());
                Postgres.retry(() -> type.dead().accept(job));
            } catch (Throwable e) { // an Error, too: the job is dead all the same
                log.error("a dead job could not be told", e);
            }
        }
        Postgres.retry(() -> store.failed(id, last, wait, error));
        return last ? Outcome.DEAD : Outcome.FAILED;
    }
}
