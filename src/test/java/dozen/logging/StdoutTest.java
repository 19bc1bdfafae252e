package dozen.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class StdoutTest {
    private static final int WRITERS = 8;
    private static final int LINES = 2_000;

    /** A stream whose every write takes a millisecond. */
    private static final class Slow extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int writes;

        @Override
        public void write(int each) {
            taken.write(each);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            writes++;
            taken.write(bytes, from, length);
        }
    }

    @Test
    void aReaderThatIsStuckHoldsNobodyUpForLong() {
        var stuck = new CountDownLatch(1);
        var stdout = new Stdout(new OutputStream() {
            @Override
            public void write(int each) throws IOException {
                try {
                    stuck.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        });
        var half = new byte[600_000];
        var start = System.nanoTime();
        for (var i = 0; i < 3; i++) stdout.offer(half);
        var seconds = (System.nanoTime() - start) / 1e9;
        assertTrue(seconds > 1.9 && seconds < 10, "the second and the third wait a second each: " + seconds);
        stuck.countDown();
    }

    @Test
    void everyLineOfEveryThreadIsWrittenWholeAndInItsOrder() {
        var slow = new Slow();
        var stdout = new Stdout(slow);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < WRITERS; i++) {
                var writer = i;
                threads.submit(() -> {
                    for (var n = 0; n < LINES; n++) {
                        var line =
                                (writer + " " + n + " " + "x".repeat(100) + "\n").getBytes(StandardCharsets.US_ASCII);
                        stdout.offer(line);
                    }
                });
            }
        }
        stdout.drain();
        var next = new HashMap<String, Integer>();
        slow.taken.toString(StandardCharsets.US_ASCII).lines().forEach(line -> {
            var parts = line.split(" ");
            assertEquals(100, parts[2].length());
            assertEquals(next.getOrDefault(parts[0], 0), Integer.parseInt(parts[1]));
            next.merge(parts[0], 1, Integer::sum);
        });
        assertEquals(WRITERS, next.size());
        assertTrue(next.values().stream().allMatch(count -> count == LINES), next.toString());
        assertTrue(slow.writes < WRITERS * LINES / 10, "many lines go in one write: " + slow.writes);
    }
}
