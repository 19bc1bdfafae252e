package dozen.jobs;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often and how long a type of job is tried.
 *
 * @param attempts in all, the first among them; after the last failure the job is dead
 * @param firstWait after the first failure; each further wait is twice as long, give or take a quarter by chance
 * @param longestWait no wait is longer
 * @param limit for one run; past it the handler's thread is interrupted, and that is a failure
 * @param ownThreads threads that run this type alone; 0 for a type that shares the worker's threads with others
 */
public record RetryPolicy(int attempts, Duration firstWait, Duration longestWait, Duration limit, int ownThreads) {
    /**
     * Ten attempts over about an hour and a half, so that a mail server may be away for that long. A run may take longer
     * than the ten minutes that a mail server has to answer.
     */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(10, Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofMinutes(15), 0);

    public RetryPolicy {
        if (attempts < 1) throw new IllegalArgumentException("a job is tried once at least");
    }

    public RetryPolicy withAttempts(int max) {
        return new RetryPolicy(max, firstWait, longestWait, limit, ownThreads);
    }

    public RetryPolicy withWaits(Duration first, Duration longest) {
        return new RetryPolicy(attempts, first, longest, limit, ownThreads);
    }

    public RetryPolicy withLimit(Duration max) {
        return new RetryPolicy(attempts, firstWait, longestWait, max, ownThreads);
    }

    /** For work of minutes: each worker runs so many of this type at once, and none of them on the shared threads. */
    public RetryPolicy withOwnThreads(int threads) {
        return new RetryPolicy(attempts, firstWait, longestWait, limit, threads);
    }

    /** The wait after this many failures. Chance keeps jobs that failed together from coming back together. */
    Duration waitAfter(int failures) {
        var doubled = firstWait.toMillis() * Math.pow(2, failures - 1.0);
        var bounded = Math.min(doubled, longestWait.toMillis());
        return Duration.ofMillis((long) (bounded * ThreadLocalRandom.current().nextDouble(0.75, 1.25)));
    }
}
