package dozen.jobs;

import dozen.jobs.JobStore.RunId;
import dozen.services.Postgres;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the jobs that were done. The threads that run jobs do not wait for it, and each statement deletes all jobs that
 * were done during the one before. With a statement for each job, a worker does 0.75 times as many jobs a second that do
 * nothing. The jobs that were done and not yet deleted run again when the process is killed: those of its last
 * milliseconds, or of a second while PostgreSQL is slow.
 */
final class JobCompleter {
    private static final Logger log = LoggerFactory.getLogger(JobCompleter.class);
    /** A job that waits for its deletion has no heartbeat, so other workers take it for dead 32 s after its last one. */
    private static final Duration MAX_TIME = Duration.ofSeconds(20);
    /** After this time with one statement, each thread deletes its own job, whose heartbeat goes on meanwhile. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    private record Done(RunId run, long since) {}

    private final UnaryOperator<List<RunId>> delete;
    private final Queue<Done> done = new ConcurrentLinkedQueue<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("job-completer").factory());
    /** When the statement that runs now began, by System.nanoTime; 0 when none runs. */
    private volatile long began;

    /** @param delete deletes the jobs of these runs, and returns those that it could not delete yet */
    JobCompleter(UnaryOperator<List<RunId>> delete) {
        this.delete = delete;
    }

    void done(RunId run) {
        var since = began;
        if (since == 0 || System.nanoTime() - since < SLOW.toNanos()) {
            try {
                done.add(new Done(run, System.nanoTime()));
                thread.execute(this::deleteAll);
                return;
            } catch (RejectedExecutionException e) {
                // the worker is closed; its job is deleted here
            }
        }
        Postgres.retry(() ->
                delete.apply(List.of(run)).forEach(locked -> done.add(new Done(locked, System.nanoTime()))));
    }

    /** Tries again after any failure, because the version of a run makes that safe. */
    private void deleteAll() {
        var left = new ArrayList<Done>();
        while (true) {
            for (var run = done.poll(); run != null; run = done.poll()) left.add(run);
            if (left.isEmpty()) return;
            var runs = left.stream().map(Done::run).toList();
            began = System.nanoTime();
            try {
                var locked = Set.copyOf(delete.apply(runs));
                left.removeIf(each -> !locked.contains(each.run));
            } catch (RuntimeException e) {
                log.debug("not deleted: {}", ServiceUnavailable.reason(e));
            } finally {
                began = 0;
            }
            left.removeIf(this::isGivenUp);
            if (!left.isEmpty()) LockSupport.parkNanos(200_000_000);
        }
    }

    private boolean isGivenUp(Done each) {
        var isOver = System.nanoTime() - each.since > MAX_TIME.toNanos();
        if (!isOver && !Thread.currentThread().isInterrupted()) return false;
        log.warn("{} was done, but not deleted, so it runs again", each.run.id());
        return true;
    }

    /** Waits for the last jobs to be deleted. */
    void close(Duration limit) {
        thread.shutdown();
        try {
            if (thread.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) return;
            thread.shutdownNow();
            thread.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
