package dozen.jobs;

import com.github.kagkarlsson.scheduler.Clock;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Jdbi;

/**
 * PostgreSQL's time, which all processes share: a machine whose own clock is wrong must not decide which job is due or
 * which worker is dead. It is read every 10 s. In between, and while PostgreSQL is away, it advances by our timer.
 */
final class DatabaseClock implements Clock {
    private static final Duration READ_EVERY = Duration.ofSeconds(10);

    /** A reading that took longer may be off by half that time, so it is not used. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    private static final int FIRST_TRIES = 5;

    private record Reading(Instant time, long nanoTime) {
        Instant now() {
            return time.plusNanos(System.nanoTime() - nanoTime);
        }

        boolean isOld() {
            return System.nanoTime() - nanoTime > READ_EVERY.toNanos();
        }
    }

    private final Jdbi jdbi;
    private final AtomicReference<Reading> last;

    DatabaseClock(Jdbi jdbi) {
        this.jdbi = jdbi;
        this.last = new AtomicReference<>(first());
    }

    @Override
    public Instant now() {
        var reading = last.get();
        // PostgreSQL is asked by a thread of its own: callers may hold a connection, and none should wait for another.
        if (reading.isOld() && last.compareAndSet(reading, new Reading(reading.now(), System.nanoTime()))) {
            Thread.ofVirtual().name("clock").start(this::refresh);
        }
        return last.get().now();
    }

    private void refresh() {
        try {
            last.set(read());
        } catch (RuntimeException e) {
            // the next reading is due in 10 s
        }
    }

    /** The first query is slow, because much is loaded for it, so the clock is read up to five times. */
    private Reading first() {
        for (var tries = 1; tries < FIRST_TRIES; tries++) {
            try {
                return read();
            } catch (ServiceUnavailable e) {
                // asked again
            }
        }
        return read();
    }

    private Reading read() {
        return jdbi.withHandle(handle -> {
            var start = System.nanoTime();
            var time = handle.createQuery("SELECT clock_timestamp()")
                    .mapTo(Instant.class)
                    .one();
            var took = System.nanoTime() - start;
            if (took > SLOW.toNanos())
                throw new ServiceUnavailable("PostgreSQL took %d ms to tell the time".formatted(took / 1_000_000));
            return new Reading(time, start + took / 2);
        });
    }
}
