package dozen.jobs;

import com.github.kagkarlsson.scheduler.task.Execution;
import dozen.jobs.JobStore.RunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs that a worker took from the table and has no free thread for yet. They get no heartbeat, so none may wait
 * long: late jobs are handed back, so that another worker can run them.
 */
final class WaitingJobs {
    private final Map<RunId, Long> takenAt = new ConcurrentHashMap<>();

    void took(List<Execution> executions) {
        var now = System.currentTimeMillis();
        for (var execution : executions) takenAt.put(RunId.of(execution), now);
    }

    /**
     * Claims a job for a thread that is free now. Returns how many milliseconds the job waited, measured by the time of
     * day, which goes on while a machine is suspended; -1 when the job was handed back meanwhile.
     */
    long start(RunId run) {
        var since = takenAt.remove(run);
        return since == null ? -1 : Math.abs(System.currentTimeMillis() - since);
    }

    /** Removes and returns the jobs that have waited at least this long, so that no thread starts them. */
    List<RunId> takeLate(Duration limit) {
        var latest = System.currentTimeMillis() - limit.toMillis();
        var late = new ArrayList<RunId>();
        takenAt.forEach((run, since) -> {
            if (since <= latest && takenAt.remove(run, since)) late.add(run);
        });
        return late;
    }
}
