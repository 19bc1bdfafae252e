package dozen.jobs;

import dozen.jobs.JobStore.RunId;
import dozen.services.Postgres;
import dozen.services.ServiceUnavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the jobs that were done. The threads that run jobs do not wait for it, and each statement deletes all jobs that
 * were done during the one before. With a statement for each job, a worker does 0.75 times as many jobs a second that do
 * nothing. When the process is killed, the jobs that were done in its last milliseconds run again.
 */
final class JobCompleter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JobCompleter.class);

    private final Consumer<List<RunId>> delete;
    private final Queue<RunId> done = new ConcurrentLinkedQueue<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("job-completer").factory());

    /** @param delete deletes the jobs of these runs, unless another worker has them by now */
    JobCompleter(Consumer<List<RunId>> delete) {
        this.delete = delete;
    }

    void done(RunId run) {
        done.add(run);
        try {
            thread.execute(this::deleteAll);
        } catch (RejectedExecutionException e) {
            log.warn("job {} was done after the stop, and will run again", run.id());
        }
    }

    private void deleteAll() {
        var runs = new ArrayList<RunId>();
        for (var run = done.poll(); run != null; run = done.poll()) runs.add(run);
        if (runs.isEmpty()) return; // they were deleted together with an earlier one
        try {
            Postgres.retry(() -> delete.accept(runs));
        } catch (RuntimeException e) {
            log.warn("{} jobs were done and will run again: {}", runs.size(), ServiceUnavailable.reason(e));
        }
    }

    /** Waits for the last jobs to be deleted, 1 s at the most. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) thread.shutdownNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
