package dozen.services;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Attaches a resource that may not be there yet: tries with back-off for 20 s, then gives up. */
public final class ConnectRetry {
    private static final Logger log = LoggerFactory.getLogger(ConnectRetry.class);
    /**
     * How long to try: long enough for a database that starts at the same time, and short enough for a platform's boot
     * limit of 60 s.
     */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final long LONGEST_PAUSE_MS = 1000;

    private ConnectRetry() {}

    /**
     * @param name the resource's name and address, without any secret
     * @param open opens the resource; it throws {@link ServiceUnavailable} itself when another try is useless, as with
     *     a wrong password
     * @throws ServiceUnavailable when the resource did not answer within 20 s
     */
    public static <T> T resource(String name, Callable<T> open) {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        var pause = 50L;
        while (true) {
            try {
                return open.call();
            } catch (ServiceUnavailable e) {
                throw e;
            } catch (Exception e) {
                if (pause == 50L) log.warn("{} is away, trying for {} s", name, LIMIT.toSeconds());
                if (System.nanoTime() + pause * 1_000_000 > deadline) throw away(name, e);
                sleep(pause);
                pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
            }
        }
    }

    static ServiceUnavailable away(String name, Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) cause = cause.getCause();
        var reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return new ServiceUnavailable("%s is away: %s".formatted(name, reason));
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceUnavailable("interrupted while waiting for a resource");
        }
    }
}
