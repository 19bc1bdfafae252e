package dozen.services;

import java.time.Duration;

/**
 * Interrupts a thread whose transfer takes too long. A socket's own timeout limits reads only, and a write may block
 * forever. On a virtual thread, where requests and jobs run, an interrupt closes the socket.
 */
final class TransferLimit implements AutoCloseable {
    private final Thread owner = Thread.currentThread();
    private final Thread clock;
    private boolean over;

    private TransferLimit(Duration limit) {
        clock = Thread.ofVirtual().unstarted(() -> {
            try {
                Thread.sleep(limit);
                interruptOwner();
            } catch (InterruptedException e) {
                // the transfer ended in time
            }
        });
    }

    static TransferLimit of(Duration limit) {
        var started = new TransferLimit(limit);
        started.clock.start();
        return started;
    }

    private synchronized void interruptOwner() {
        if (!over) owner.interrupt();
    }

    @Override
    public void close() {
        synchronized (this) {
            over = true;
        }
        clock.interrupt();
    }
}
