package dozen.logging;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The log on standard output, written by its own thread as soon as there is data. A request does not wait until the system
 * takes its log line, and under load one call writes many lines, in their order. System.out waits for none of them. A slow
 * reader slows the writers down, so memory is bounded, and a line is dropped when the reader takes nothing for a second: a
 * process whose log is stuck still answers, and stops in time. Everything is written at the end of the process, if the
 * reader takes it within 2 s. A kill -9 can lose the lines of the last 2 ms, and with a slow reader the last megabyte.
 */
final class Stdout {
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
    /** A permit for each byte that may be kept; a longer line takes all of them. */
    private final Semaphore space = new Semaphore(MAX_BYTES);

    Stdout(OutputStream out) {
        this.out = out;
        Thread.ofPlatform().daemon().name("stdout").start(this::write);
    }

    /** Also makes System.out write UTF-8, whatever the machine's charset is. */
    static Stdout install() {
        var out = new FileOutputStream(FileDescriptor.out);
        var stdout = new Stdout(out);
        Runtime.getRuntime().addShutdownHook(new Thread(stdout::drain));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        return stdout;
    }

    /** Writes a line of the log, which is dropped when the reader takes nothing for a second. */
    void offer(byte[] line) {
        var permits = permits(line);
        try {
            if (space.tryAcquire(permits) || space.tryAcquire(permits, MAX_WAIT_SECONDS, TimeUnit.SECONDS))
                waiting.add(line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int permits(byte[] line) {
        return Math.min(line.length, MAX_BYTES);
    }

    private void write() {
        try {
            while (true) {
                var chunk = new ByteArrayOutputStream();
                var taken = 0;
                for (var line = waiting.take(); line != null; line = chunk.size() < CHUNK ? waiting.poll() : null) {
                    taken += permits(line);
                    chunk.writeBytes(line);
                }
                try {
                    chunk.writeTo(out);
                } catch (IOException e) {
                    // the reader is gone, and there is nobody else to tell
                }
                space.release(taken);
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
