package dozen.logging;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Standard output, written by its own thread as soon as there is data. A request does not wait until the system takes
 * its log line, and under load one call writes many lines. The order is kept. A slow reader slows the writers down, so
 * memory is bounded, and a line of the log is dropped when the reader takes nothing for a second: a process whose log is stuck
 * still answers, and stops in time. Everything is written at the end of the process, if the reader takes it within 2 s. A
 * kill -9 can lose the lines of the last 2 ms, and with a slow reader those of the last megabyte.
 */
final class Stdout extends OutputStream {
    private static final int MAX_BYTES = 1 << 20;
    /** A slow reader makes space with each chunk that it takes. */
    private static final int CHUNK = 65_536;
    /** The pause between two writes. Lines that arrive during it are written together; the first one does not wait. */
    private static final Duration FLUSH_INTERVAL = Duration.ofMillis(2);
    /** How long a line waits for a reader that takes nothing. */
    private static final long MAX_WAIT_SECONDS = 1;
    /** How long the end of the process waits for a reader that has stopped reading. */
    private static final long LAST_WRITE_SECONDS = 2;

    private final OutputStream out;
    private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>();
    /** A permit for each byte that may be kept; a longer write takes all of them. */
    private final Semaphore space = new Semaphore(MAX_BYTES);

    Stdout(OutputStream out) {
        this.out = out;
        Thread.ofPlatform().daemon().name("stdout").start(this::write);
    }

    /** Replaces System.out. */
    static Stdout install() {
        var stdout = new Stdout(new FileOutputStream(FileDescriptor.out));
        Runtime.getRuntime().addShutdownHook(new Thread(stdout::drain));
        System.setOut(new PrintStream(stdout, false, StandardCharsets.UTF_8));
        return stdout;
    }

    @Override
    public void write(int each) {
        write(new byte[] {(byte) each}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        space.acquireUninterruptibly(permits(length));
        waiting.add(Arrays.copyOfRange(bytes, from, from + length));
    }

    /** Writes a line of the log, which is dropped when the reader takes nothing for a second. */
    void offer(byte[] line) {
        if (hasSpace(permits(line.length))) waiting.add(line);
    }

    private boolean hasSpace(int permits) {
        try {
            return space.tryAcquire(permits) || space.tryAcquire(permits, MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int permits(int length) {
        return Math.min(length, MAX_BYTES);
    }

    private void write() {
        var lines = new ArrayList<byte[]>();
        try {
            while (true) {
                var chunk = new ByteArrayOutputStream();
                for (var line = waiting.take(); line != null; line = chunk.size() < CHUNK ? waiting.poll() : null) {
                    lines.add(line);
                    chunk.writeBytes(line);
                }
                try {
                    chunk.writeTo(out);
                } catch (IOException e) {
                    // the reader is gone, and there is nobody else to tell
                }
                for (var line : lines) space.release(permits(line.length));
                lines.clear();
                Thread.sleep(FLUSH_INTERVAL);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody interrupts this thread
        }
    }

    /** Waits until everything is written, at most 2 s. */
    void drain() {
        try {
            if (space.tryAcquire(MAX_BYTES, LAST_WRITE_SECONDS, TimeUnit.SECONDS)) space.release(MAX_BYTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
