package dozen.jobs;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts a run that takes longer than its type of job may. */
final class TimeLimits implements AutoCloseable {
    private final ScheduledExecutorService clock = clock();

    private static ScheduledExecutorService clock() {
        var clock = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("limits").factory());
        clock.setRemoveOnCancelPolicy(true); // otherwise a million short jobs would leave a million timers
        return Executors.unconfigurableScheduledExecutorService(clock);
    }

    /** The limit of one run. Once it is closed, the thread is not interrupted any more. */
    interface Limit extends AutoCloseable {
        @Override
        void close();
    }

    Limit start(Duration limit) {
        var thread = Thread.currentThread();
        var lock = new Object();
        var over = new boolean[1];
        var timer = clock.schedule(
                () -> {
                    synchronized (lock) {
                        if (!over[0]) thread.interrupt();
                    }
                },
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
        return () -> {
            synchronized (lock) {
                over[0] = true;
            }
            timer.cancel(false);
        };
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    static final class Exceeded extends Exception {
        Exceeded(Duration limit, InterruptedException cause) {
            super("it took longer than %.1f s".formatted(limit.toMillis() / 1000.0), cause);
        }
    }
}
