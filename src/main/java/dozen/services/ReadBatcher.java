package dozen.services;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads values by key, and combines concurrent reads: callers that come while a round trip is under way wait, and then
 * share the next one. A single caller is served at once. No caller gets the result of a trip that began before its own
 * request. Don't use it inside a transaction, because another caller's thread may make the trip.
 *
 * <p>A round trip costs more than the data that it carries. With 32 callers over HTTP, a value was read from Redis
 * 35,400 times a second instead of 21,700, and a row from PostgreSQL 31,000 times instead of 17,700. With one or four
 * callers, there are 0.9 to 1.0 times as many reads (wrk, medians of three interleaved rounds, two cores).
 */
public final class ReadBatcher<K, V> {
    private static final long HANG_NANOS = Duration.ofMillis(5).toNanos();
    /** One trip is usually enough. More start only while the newest one hangs, as on a broken connection. */
    private static final int MAX_TRIPS = 4;
    /** A caller that waits this long gives up, so that a request is answered well within 6 s. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(3);

    /** @param turn gets the answer, or the task to make the next trip */
    private record Waiter<K, V>(K key, long deadline, CompletableFuture<Supplier<Optional<V>>> turn) {
        /** The waiting caller makes its own exception, because a stack trace belongs to one thread. */
        private boolean fail(Supplier<RuntimeException> failure) {
            return turn.complete(() -> {
                throw failure.get();
            });
        }
    }

    private final Function<Set<K>, Map<K, V>> source;
    private final ConcurrentLinkedQueue<Waiter<K, V>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean timed = new AtomicBoolean();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long newest;

    /** @param source makes one round trip, with a timeout, and returns what it finds for one or more keys */
    public ReadBatcher(Function<Set<K>, Map<K, V>> source) {
        this.source = source;
    }

    /**
     * Returns the value of the key; empty when the source finds none. An interrupt does not end the wait.
     *
     * @throws ServiceUnavailable when no round trip for the key could start within 3 s
     * @throws RuntimeException the source's own, or one caused by it for a caller that shared another's round trip
     */
    public Optional<V> get(K key) {
        if (waiting.isEmpty() && start()) return trip(key);
        var waiter = new Waiter<K, V>(key, System.nanoTime() + MAX_WAIT.toNanos(), new CompletableFuture<>());
        waiting.add(waiter);
        if (!timed.get() && timed.compareAndSet(false, true)) Thread.startVirtualThread(this::keepTime);
        next(); // the last trip may have ended just before
        var turn = waiter.turn.join();
        var interrupted = Thread.interrupted(); // it would end the trip, for which others may wait
        try {
            return turn.get();
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** Makes one round trip for this key and the keys of all waiting callers. */
    private Optional<V> trip(K key) {
        var others = new ArrayList<Waiter<K, V>>();
        var keys = new HashSet<>(Set.of(key));
        var began = System.nanoTime();
        newest = began;
        try {
            for (var other = waiting.poll(); other != null; other = waiting.poll()) {
                others.add(other);
                keys.add(other.key);
            }
            var found = source.apply(keys);
            for (var other : others) other.turn.complete(() -> Optional.ofNullable(found.get(other.key)));
            return Optional.ofNullable(found.get(key));
        } catch (RuntimeException | Error e) {
            for (var other : others) other.fail(() -> new CompletionException(e.getMessage(), e));
            throw e;
        } finally {
            if (newest == began) newest = began - HANG_NANOS; // any other trip under way hung before this began
            underWay.decrementAndGet();
            next();
        }
    }

    /** Lets the caller that has waited longest make the next round trip, if one may start. */
    private void next() {
        while (!waiting.isEmpty() && start()) {
            var first = waiting.poll();
            if (first == null || !first.turn.complete(() -> trip(first.key))) underWay.decrementAndGet();
        }
    }

    private boolean start() {
        var trips = underWay.get();
        var mayStart = trips == 0 || trips < MAX_TRIPS && System.nanoTime() - newest >= HANG_NANOS;
        if (!mayStart || !underWay.compareAndSet(trips, trips + 1)) return false;
        newest = System.nanoTime();
        return true;
    }

    /**
     * Ends the waits that took too long, and passes by a trip that hangs. One thread does it for all: with a timer for
     * each virtual thread, a read took 84 µs of processor time instead of 61 (32 callers waited for 10 connections).
     */
    private void keepTime() {
        do {
            do {
                LockSupport.parkNanos(100_000_000);
                waiting.removeIf(each -> each.deadline - System.nanoTime() < 0
                        && each.fail(() -> new ServiceUnavailable("no round trip within " + MAX_WAIT)));
                next();
            } while (!waiting.isEmpty());
            timed.set(false);
        } while (!waiting.isEmpty() && timed.compareAndSet(false, true));
    }
}
