package dozen.resources;

import java.time.Duration;

/** Ends a transfer that takes too long. A socket's own time-out is for reading alone; a write may block for ever. */
final class TransferLimit implements AutoCloseable {
    private final Thread clock;

    private TransferLimit(Thread clock) {
        this.clock = clock;
    }

    /** @param end called once the time is over, unless this is closed before */
    static TransferLimit of(Duration limit, Runnable end) {
        return new TransferLimit(Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(limit);
                end.run();
            } catch (InterruptedException e) {
                // it was in time
            }
        }));
    }

    @Override
    public void close() {
        clock.interrupt();
    }
}
