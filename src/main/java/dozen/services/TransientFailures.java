package dozen.services;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Distinguishes the failures of an unavailable resource, which may pass, from our own faults, and retries the former.
 */
public final class TransientFailures {
    private static final Logger log = LoggerFactory.getLogger(TransientFailures.class);
    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(30);
    /** Long enough for a database that starts at the same time, and less than a platform's boot limit of 60 s. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

    private TransientFailures() {}

    public static boolean isTransient(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            var away = switch (cause) {
                case ServiceUnavailable _ -> true;
                case SQLTransientConnectionException _ -> true; // no connection of the pool was free in time
                case InterruptedException _ -> true; // the process stops, so the wait for a connection ended
                case SQLException e -> isUnavailable(String.valueOf(e.getSQLState()));
                case JedisException e -> Redis.isUnavailable(e);
                default -> false;
            };
            if (away) return true;
        }
        return false;
    }

    /**
     * PostgreSQL's manual, appendix A: 08 means a connection failure, 53 no resources, 57P a shutdown, 57014 a
     * statement timeout and 25006 a read-only server.
     */
    private static boolean isUnavailable(String state) {
        return state.matches("(08|53|57P).*|57014|" + Postgres.READ_ONLY);
    }

    /**
     * Connects to a resource that may not be there yet: tries with back-off for 20 s, then gives up.
     *
     * @param name the resource's name and address, without any secret
     * @param attempt throws {@link ServiceUnavailable} itself when another is useless, as with a wrong password
     * @throws ServiceUnavailable when the resource did not answer within 20 s
     */
    static <T> T connect(String name, Callable<T> attempt) {
        var deadline = System.nanoTime() + CONNECT_TIMEOUT.toNanos();
        for (var pause = 50; ; pause = Math.min(pause * 2, 1000)) {
            try {
                return attempt.call();
            } catch (ServiceUnavailable e) {
                throw e;
            } catch (Exception e) {
                if (pause == 50) log.warn("{} is away, trying for {} s", name, CONNECT_TIMEOUT.toSeconds());
                if (System.nanoTime() + pause * 1_000_000L > deadline) throw ServiceUnavailable.of(name, e);
            }
            if (!sleep(pause)) throw new ServiceUnavailable("interrupted while waiting for " + name);
        }
    }

    /** Records work that is already done. While PostgreSQL restarts, the write is tried again for up to 30 s. */
    public static void retry(Runnable write) {
        var deadline = System.nanoTime() + RETRY_TIMEOUT.toNanos();
        do {
            try {
                write.run();
                return;
            } catch (RuntimeException e) {
                if (!isTransient(e) || System.nanoTime() > deadline) throw e;
            }
        } while (sleep(200)); // when it is interrupted, the write is given up
    }

    private static boolean sleep(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
