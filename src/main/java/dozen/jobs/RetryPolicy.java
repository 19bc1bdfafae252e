package dozen.jobs;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often a type of job is tried, and how long one run may take.
 *
 * @param attempts the number of attempts in all, including the first; after the last failure the job is dead
 * @param firstWait the wait after the first failure; each further one is twice as long, and all vary by up to a quarter
 * @param longestWait the limit of a wait before it is varied
 * @param limit the time limit of one run; after it the handler's thread is interrupted, and the attempt has failed
 * @param ownThreads how many of the type a worker runs at once on threads of its own, for jobs that take minutes; 0 for
 *     a type that shares the worker's threads with others
 */
public record RetryPolicy(int attempts, Duration firstWait, Duration longestWait, Duration limit, int ownThreads) {
    /**
     * Ten attempts take about an hour and a half, so a mail server may be away for that long. The limit of a run is
     * longer than the ten minutes that a mail server has to answer.
     */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(10, Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofMinutes(15), 0);

    Duration waitAfter(int failures) {
        return backOff(failures, firstWait, longestWait);
    }

    /** The wait after this many failures. Its random part keeps jobs that failed together from coming back together. */
    static Duration backOff(int failures, Duration first, Duration longest) {
        var doubled = first.toMillis() * Math.pow(2, failures - 1.0);
        var bounded = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis((long) (bounded * ThreadLocalRandom.current().nextDouble(0.75, 1.25)));
    }
}
