package dozen.services;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A queue of virtual threads, which wait asleep and in order of arrival, each for at most 3 s.
 *
 * <p>One thread checks the time limits of all waiting threads. When a virtual thread waits with a timeout of its own,
 * the JVM sets and cancels a timer, which costs more than the wait itself: with 32 callers for 10 connections, a read
 * by primary key ran 13,500 times a second with a timer for each wait, and 17,200 times with one thread (medians of
 * three interleaved rounds; processor time of the process 84 and 61 µs a read).
 *
 * @param <W> what a waiting thread asks for
 * @param <A> the answer that it gets
 */
final class WaitQueue<W, A> {
    /** A request that waits this long gets 503. The limit is well under the 6 s that callers are promised. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private static final Duration PERIOD = Duration.ofMillis(100);

    static final class Place<W, A> extends CompletableFuture<A> {
        final W wants;
        private final long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();

        private Place(W wants) {
            this.wants = wants;
        }

        private boolean isLate() {
            return deadline - System.nanoTime() < 0;
        }

        /**
         * @throws TimeoutException when no answer came within 3 s
         * @throws InterruptedException when there is no answer, and none can come any more
         */
        A await() throws TimeoutException, InterruptedException {
            try {
                return get();
            } catch (ExecutionException e) {
                throw new TimeoutException("waited for " + LONGEST_WAIT);
            } catch (InterruptedException e) {
                if (cancel(false) || isCompletedExceptionally()) throw e;
                Thread.currentThread().interrupt();
                return resultNow(); // the answer came at the same moment, and may have to be given back
            }
        }
    }

    private final ConcurrentLinkedQueue<Place<W, A>> places = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean timed = new AtomicBoolean();
    private final Runnable onTick;

    /** @param look another action, which runs every 100 ms while any thread waits */
    WaitQueue(Runnable onTick) {
        this.onTick = onTick;
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    Place<W, A> join(W wants) {
        var place = new Place<W, A>(wants);
        places.add(place);
        if (!timed.get() && timed.compareAndSet(false, true)) Thread.startVirtualThread(this::keepTime);
        return place;
    }

    /** Removes and returns the place that has waited longest, which may be given up; null when there is none. */
    Place<W, A> poll() {
        return places.poll();
    }

    /** Runs as long as any thread waits: ends the waits that took too long, and calls {@code look}. */
    private void keepTime() {
        while (true) {
            LockSupport.parkNanos(PERIOD.toNanos());
            for (var place = places.peek(); place != null && place.isLate(); place = places.peek()) {
                places.remove(place);
                place.completeExceptionally(new TimeoutException());
            }
            onTick.run();
            if (!places.isEmpty()) continue;
            timed.set(false);
            if (places.isEmpty() || !timed.compareAndSet(false, true)) return;
        }
    }
}
