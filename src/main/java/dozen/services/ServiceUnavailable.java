package dozen.services;

import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/** An attached resource is away. The message is one line for an operator and holds no secret. */
public final class ServiceUnavailable extends RuntimeException {
    private static final Logger log = LoggerFactory.getLogger(ServiceUnavailable.class);
    /** Long enough for a database that starts at the same time, and less than a platform's boot limit of 60 s. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

    public ServiceUnavailable(String message) {
        super(message, null, false, false);
    }

    /** @param name the resource's name and address, without any secret */
    public static ServiceUnavailable of(String name, Throwable failure) {
        return new ServiceUnavailable("%s is away: %s".formatted(name, reason(failure)));
    }

    /** The message of the failure's first cause, in one line. */
    public static String reason(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) cause = cause.getCause();
        var message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof UnknownHostException) message = "unknown host " + message;
        return message.lines().findFirst().orElse("");
    }

    /** Tells whether this is the failure of an unavailable resource, which may pass, and not a fault of our own. */
    public static boolean isCauseOf(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).anyMatch(cause -> switch (cause) {
            case ServiceUnavailable _ -> true;
            case SQLTransientConnectionException _ -> true; // no connection of the pool was free in time
            case InterruptedException _ -> true; // the process stops, so the wait for a connection ended
            case SQLException e -> Postgres.isUnavailable(e);
            case JedisException e -> RedisClients.isUnavailable(e);
            default -> false;
        });
    }

    /** Connects to a resource that may not be there yet: tries with back-off for 20 s, unless it refuses us. */
    static <T> T connect(String name, Callable<T> attempt) {
        var deadline = System.nanoTime() + CONNECT_TIMEOUT.toNanos();
        for (var pause = 50; ; pause = Math.min(pause * 2, 1000)) {
            try {
                return attempt.call();
            } catch (ServiceUnavailable e) {
                throw e;
            } catch (Exception e) {
                if (isRefusal(e) || System.nanoTime() + pause * 1_000_000L > deadline) throw of(name, e);
                if (pause == 50) log.warn("{} is away, trying for {} s", name, CONNECT_TIMEOUT.toSeconds());
            }
            LockSupport.parkNanos(pause * 1_000_000L);
            if (Thread.currentThread().isInterrupted()) {
                throw new ServiceUnavailable("interrupted while waiting for " + name);
            }
        }
    }

    /** Tells whether the resource rejects our password, or has no such database. Trying again then changes nothing. */
    private static boolean isRefusal(Exception e) {
        return switch (e) {
            case SQLException sql -> Postgres.isRefusal(sql);
            case JedisException jedis -> RedisClients.isRefusal(jedis);
            default -> false;
        };
    }
}
