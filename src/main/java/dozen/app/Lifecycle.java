package dozen.app;

import dozen.logging.Logging;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * Owns the resources that a process opened, and closes them in reverse order within the grace period. A long-running
 * process closes them in the JVM's shutdown hook, which SIGTERM, SIGINT, SIGHUP and System.exit all start. After a
 * signal, the JVM exits with 128 plus the signal's number.
 */
public final class Lifecycle implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);
    /** 128 + 15, what a shell reports for SIGTERM. */
    private static final int TERMINATED = 143;
    /** How long an unfinished start may take to end, before the resources that it opened are closed. */
    private static final int STARTING_SECONDS = 1;
    /** A terminal's SIGINT and its process runner's SIGTERM come together and are one request to stop. */
    private static final Duration SAME_REQUEST = Duration.ofMillis(250);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final Duration grace;
    /** It ends with twelve random digits: on some platforms all processes have one number, and hosts similar names. */
    private final String suffix = "-" + host() + "-" + ProcessHandle.current().pid() + "-"
            + UUID.randomUUID().toString().substring(24);

    private Runnable onStarted = () -> {};
    private volatile long stoppingSince;
    private boolean closed;

    public Lifecycle(Duration grace) {
        this.grace = grace;
    }

    /**
     * Makes this lifecycle the owner of a resource, and returns the resource.
     *
     * @throws IllegalStateException when the lifecycle is closing; the resource is then closed at once
     */
    public synchronized <T extends AutoCloseable> T register(T resource) {
        if (closed) {
            close(resource);
            throw new IllegalStateException("the process is stopping");
        }
        open.push(resource);
        return resource;
    }

    /** Closes everything when the JVM is told to end. Only a program calls this, never a test. */
    void closeOnShutdown() {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(this::shutDown));
    }

    /** A name for the process, which no other process has: its type, host and process id, and a random number. */
    public String processName(String type) {
        return type + suffix;
    }

    public static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** Sets what is done once the process has started, in place of what was set before. */
    public void onStarted(Runnable action) {
        onStarted = action;
    }

    /** Marks the start as finished, and waits until the JVM ends. */
    void awaitShutdown() throws InterruptedException {
        onStarted.run();
        started.countDown();
        Thread.currentThread().join(); // a thread that joins itself waits forever
    }

    private void shutDown() {
        synchronized (this) {
            if (closed) return; // the start failed, and closed what it had opened
        }
        stoppingSince = System.nanoTime();
        haltOnSecondSignal();
        Thread.ofPlatform().daemon().name("grace").start(this::haltAfterGrace);
        log.info("stopping within {} s", grace.toSeconds());
        try {
            started.await(STARTING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
        Logging.drain();
    }

    /** Ends the process at once on a second signal. The JVM itself ignores further signals while its hooks run. */
    private void haltOnSecondSignal() {
        for (var name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), _ -> {
                if (System.nanoTime() - stoppingSince > SAME_REQUEST.toNanos()) halt();
            });
        }
    }

    /** Ends the process after the grace period: something hangs, and the platform would soon kill it anyway. */
    private void haltAfterGrace() {
        var end = stoppingSince + grace.toNanos();
        while (System.nanoTime() - end < 0) LockSupport.parkNanos(end - System.nanoTime());
        log.error("not stopped within {} s: ended", grace.toSeconds());
        halt();
    }

    private static void halt() {
        Logging.drain();
        Runtime.getRuntime().halt(TERMINATED);
    }

    /** The milliseconds since the process was told to stop; 0 before that. */
    public long stoppingMillis() {
        return stoppingSince == 0 ? 0 : (System.nanoTime() - stoppingSince) / 1_000_000;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!open.isEmpty()) close(open.pop());
        if (stoppingSince != 0) log.info("stopped in {} ms", stoppingMillis());
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            log.error("closing {} failed", resource.getClass().getSimpleName(), e);
        }
    }
}
