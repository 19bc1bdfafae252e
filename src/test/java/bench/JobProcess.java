package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A {@link NoOpWorker} in a process of its own. Its standard output goes to target/bench/worker.log. */
final class JobProcess implements AutoCloseable {
    private static final Path LOG = Path.of("target/bench/worker.log");
    private final Process process;

    private JobProcess(Process process) {
        this.process = process;
    }

    static JobProcess start(String which, String databaseUrl, String redisUrl, int warmUp, int total)
            throws IOException {
        Files.createDirectories(LOG.getParent());
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                NoOpWorker.class.getName(),
                which,
                databaseUrl,
                redisUrl,
                String.valueOf(warmUp),
                String.valueOf(total));
        return new JobProcess(
                new ProcessBuilder(command).redirectOutput(LOG.toFile()).start());
    }

    /** Waits until all jobs are done; returns the jobs per second. */
    double rate() throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(process.getErrorStream()))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.matches("[0-9.E]+")) return Double.parseDouble(line);
                System.err.println(line);
            }
        }
        throw new IllegalStateException("the worker did not end; its log is " + LOG);
    }

    void awaitStart() throws IOException, InterruptedException {
        for (var i = 0; i < 500 && !Files.readString(LOG).contains("jobs at once"); i++) Thread.sleep(20);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
