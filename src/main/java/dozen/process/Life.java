package dozen.process;

import dozen.logging.Logging;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * The life of a process: what it opened is closed in reverse order, within the grace period. Once it listens, SIGTERM or
 * SIGINT ends {@link #awaitStop()}; the same one again ends the process at once, and so does one that comes while the
 * process still waits for its resources.
 */
public final class Life implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Life.class);
    /** 128 + 15, what a shell reports for SIGTERM. */
    private static final int TERMINATED = 143;
    /** What is told to stop while it starts may end its start within this; more than a start takes of itself. */
    private static final int STARTING_SECONDS = 1;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Duration grace;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private volatile long stopping;

    public Life(Duration grace) {
        this.grace = grace;
    }

    /** Makes this life the owner of a resource, and gives it back. */
    public synchronized <T extends AutoCloseable> T owns(T resource) {
        open.push(resource);
        return resource;
    }

    /** Minds signals from now on. */
    void listen() {
        // Not a shutdown hook: the JVM ignores further signals while its hooks run, and closes nothing in order.
        for (var name : new String[] {"TERM", "INT"}) Signal.handle(new Signal(name), this::signalled);
    }

    /** Waits for a signal or {@link #stop()}. */
    void awaitStop() throws InterruptedException {
        started.countDown();
        stop.await();
    }

    private void signalled(Signal signal) {
        // SIGINT and then SIGTERM is one request to stop: a terminal sends the first and a process runner the second.
        var repeated = !seen.add(signal.getName());
        if (repeated) halt();
        if (stop.getCount() == 0) return;
        log.info("SIG{}: stopping within {} s", signal.getName(), grace.toSeconds());
        Thread.ofPlatform().daemon().name("grace").start(this::haltAfterGrace);
        stop();
    }

    /** The last resort: something hangs, and the platform would kill us in a moment anyway. */
    private void haltAfterGrace() {
        try {
            if (!started.await(STARTING_SECONDS, TimeUnit.SECONDS)) halt();
            Thread.sleep(grace);
        } catch (InterruptedException e) {
            return;
        }
        log.error("not stopped within {} s: ended", grace.toSeconds());
        halt();
    }

    private static void halt() {
        Logging.drain();
        Runtime.getRuntime().halt(TERMINATED);
    }

    public void stop() {
        stopping = System.nanoTime();
        stop.countDown();
    }

    /** Since it was told to stop; empty before. */
    public OptionalLong stoppingMillis() {
        return stopping == 0 ? OptionalLong.empty() : OptionalLong.of((System.nanoTime() - stopping) / 1_000_000);
    }

    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            var resource = open.pop();
            try {
                resource.close();
            } catch (Exception e) {
                log.error("closing {} failed", resource.getClass().getSimpleName(), e);
            }
        }
        stoppingMillis().ifPresent(ms -> log.info("stopped in {} ms", ms));
    }
}
