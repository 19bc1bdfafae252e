package dozen.services;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import redis.clients.jedis.exceptions.JedisException;

/** Tells "a resource is away, try again later" from a fault of ours. */
public final class TransientFailures {
    private static final Duration WHEN_BACK = Duration.ofSeconds(30);

    private TransientFailures() {}

    public static boolean is(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            var away = switch (cause) {
                case ServiceUnavailable _ -> true;
                case SQLTransientConnectionException _ -> true; // the pool had no connection in time
                case SQLException e -> isAway(e.getSQLState());
                case JedisException e -> Redis.isAway(e);
                default -> false;
            };
            if (away) return true;
        }
        return false;
    }

    /**
     * Records work that is already done. While PostgreSQL restarts, the write is retried for up to 30 s; then its
     * failure is thrown.
     */
    public static void retryUntilBack(Runnable write) {
        var deadline = System.nanoTime() + WHEN_BACK.toNanos();
        while (true) {
            try {
                write.run();
                return;
            } catch (RuntimeException e) {
                if (!is(e) || System.nanoTime() > deadline) throw e;
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return; // the write is given up
            }
        }
    }

    /**
     * PostgreSQL's manual, appendix A: 08 means a connection failure, 53 no resources, 57P a shutdown, 57014 a
     * statement timeout and 25006 a read-only server.
     */
    private static boolean isAway(String state) {
        if (state == null) return false;
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.equals("57014")
                || state.equals(Postgres.READ_ONLY);
    }
}
