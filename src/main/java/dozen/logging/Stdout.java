package dozen.logging;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Standard output, written by its own thread as soon as there is data. A request does not wait until the system takes
 * its log line, and under load one call writes many lines. The order is kept. A slow reader slows the writers down, so
 * no line is dropped and memory is bounded. Everything is written at the end of the process, if the reader takes it
 * within 2 s. A kill -9 can lose the lines of the last 2 ms.
 */
final class Stdout extends OutputStream {
    private static final int MAX_BYTES = 1 << 20;
    /**
     * The pause between two writes. Lines that arrive during it are written together. The first line after an idle time
     * does not wait.
     */
    private static final Duration GATHER = Duration.ofMillis(2);
    /** How long the end of the process waits for a reader that has stopped reading. */
    private static final long LAST_WRITE_SECONDS = 2;

    private final Lock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private final OutputStream out;
    private byte[] waiting = new byte[8192];
    private int count;
    private boolean writing;
    private boolean asleep;

    Stdout(OutputStream out) {
        this.out = out;
        Thread.ofPlatform().daemon().name("stdout").start(this::write);
    }

    /** Replaces System.out. Further calls do nothing. */
    static void install() {
        if (System.out instanceof Buffered) return;
        var stdout = new Stdout(new FileOutputStream(FileDescriptor.out));
        Runtime.getRuntime().addShutdownHook(new Thread(stdout::drain));
        System.setOut(new Buffered(stdout));
    }

    /** Waits until everything is written, at most 2 s. Call it before the JVM is halted. */
    static void drainNow() {
        if (System.out instanceof Buffered buffered) buffered.stdout.drain();
    }

    private static final class Buffered extends PrintStream {
        private final Stdout stdout;

        Buffered(Stdout stdout) {
            super(stdout, false, StandardCharsets.UTF_8);
            this.stdout = stdout;
        }
    }

    @Override
    public void write(int each) {
        write(new byte[] {(byte) each}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        lock.lock();
        try {
            while (count > MAX_BYTES) emptied.awaitUninterruptibly();
            if (count + length > waiting.length) {
                waiting = Arrays.copyOf(waiting, Math.max(count + length, waiting.length * 2));
            }
            System.arraycopy(bytes, from, waiting, count, length);
            count += length;
            if (asleep) filled.signal();
            asleep = false;
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        var taken = new byte[8192];
        while (true) {
            int length;
            lock.lock();
            try {
                writing = false;
                emptied.signalAll();
                while (count == 0) {
                    asleep = true;
                    filled.awaitUninterruptibly();
                }
                length = count;
                var empty = taken;
                taken = waiting;
                waiting = empty;
                count = 0;
                writing = true;
            } finally {
                lock.unlock();
            }
            try {
                out.write(taken, 0, length);
            } catch (IOException e) {
                // the reader is gone, and there is nobody else to tell
            }
            LockSupport.parkNanos(GATHER.toNanos());
        }
    }

    void drain() {
        lock.lock();
        try {
            var left = TimeUnit.SECONDS.toNanos(LAST_WRITE_SECONDS);
            while ((count > 0 || writing) && left > 0) left = emptied.awaitNanos(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
