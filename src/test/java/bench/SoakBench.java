package bench;

import dev.Machine;
import dev.Processes.Procfile;
import dev.TestServices;
import dozen.logging.Logging;
import dozen.services.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.event.Level;

/**
 * Runs the processes of Procfile, with the commands that stand there, under the load of six users, and prints the
 * threads, the file descriptors, the memory and the kept heap of each. The exit code is 1 when one of them grows between
 * the first fifth of the time, if that is past the {@link #WARM_UP}, and the end, or takes more memory than
 * {@link #MAX_MEMORY}, or when a request failed.
 */
final class SoakBench {
    private static final int USERS = 6;
    /** Compiling and class loading end in this time; before, memory grows without a leak. */
    private static final Duration WARM_UP = Duration.ofMinutes(3);

    private static final int SAMPLES = 5;
    private static final long PAUSE = Duration.ofMillis(50).toNanos();
    /** One request of twenty is a sign-up, whose password is hashed in 19 MB of memory: about 340 sign-ups a minute. */
    private static final int REQUESTS_PER_SIGN_UP = 20;

    /** The resident memory in MiB that a process may take under this load. */
    private static final Map<String, Integer> MAX_MEMORY = Map.of("web", 300, "worker", 200, "scheduler", 200);

    /** One process at one moment. Memory is the resident memory, heap is what a full GC keeps, both in MiB. */
    private record Sample(int threads, int descriptors, int memory, int heap) {
        static Sample of(Process process) throws IOException, InterruptedException {
            try (var descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
                return new Sample(
                        Machine.status(process.pid(), "Threads:"),
                        (int) descriptors.count(),
                        Machine.megabytes(process.pid()),
                        keptHeap(process));
            }
        }

        /** Asks for a histogram of the classes, before which the JVM collects all garbage. Its last line is the sum. */
        private static int keptHeap(Process process) throws IOException, InterruptedException {
            var jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
            var histogram = new ProcessBuilder(jcmd, String.valueOf(process.pid()), "GC.class_histogram").start();
            var output = new String(histogram.getInputStream().readAllBytes()).strip();
            if (histogram.waitFor() != 0) throw new IOException("jcmd failed: " + output);
            return (int) (Long.parseLong(output.substring(output.lastIndexOf(' ') + 1)) >> 20);
        }

        /** Tells what has grown since an earlier sample by more than the JVM's own caches and pools may, one text each. */
        List<String> grownSince(Sample earlier) {
            var grown = new ArrayList<String>();
            if (threads > earlier.threads + 8) grown.add("threads from %d".formatted(earlier.threads));
            if (descriptors > earlier.descriptors + 10) grown.add("descriptors from %d".formatted(earlier.descriptors));
            if (memory > earlier.memory * 1.15 + 20) grown.add("memory from %d MB".formatted(earlier.memory));
            if (heap > earlier.heap * 1.1 + 4) grown.add("kept heap from %d MB".formatted(earlier.heap));
            return grown;
        }
    }

    private final TestServices services = TestServices.shared();
    private final String databaseUrl = services.newDatabase();
    private final int port = Machine.freePort();
    private final List<String> reads = new ArrayList<>(List.of("/", "/api/courses"));
    private final AtomicInteger sent = new AtomicInteger();
    private volatile boolean paused;

    private SoakBench() throws IOException {
        try (var postgres = new Postgres(Postgres.Url.parse(databaseUrl), 1, Duration.ofMinutes(1)).connect()) {
            GrowthBench.fill(postgres, 20);
            reads.add("/courses/" + any(postgres, "courses"));
            reads.add("/api/users/" + any(postgres, "accounts"));
        }
    }

    private static String any(Postgres postgres, String table) {
        return postgres.jdbi()
                .withHandle(handle -> handle.select("SELECT id FROM " + table + " LIMIT 1")
                        .mapTo(String.class)
                        .one());
    }

    /** @param arguments the minutes, 25 if they are not given */
    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.TEXT, Level.WARN, true, "bench", "bench", "bench");
        var minutes = arguments.length == 0 ? 25 : Integer.parseInt(arguments[0]);
        System.exit(new SoakBench().run(Duration.ofMinutes(minutes)) ? 0 : 1);
    }

    private boolean run(Duration duration) throws Exception {
        var processes = new LinkedHashMap<String, Process>();
        try {
            for (var type : Procfile.read(Path.of("Procfile")).processTypes().entrySet()) {
                processes.put(type.getKey(), start(type.getKey(), type.getValue()));
            }
            WebProcess.await(port, "/health/ready", processes.get("web"));
            System.out.println("minute  process    threads  descriptors  memory, MB  kept heap, MB");
            sample(0, processes);
            var end = System.nanoTime() + duration.toNanos();
            var load = CompletableFuture.supplyAsync(() -> load(end));
            var samples = new ArrayList<Map<String, Sample>>();
            for (var i = 1; i <= SAMPLES; i++) {
                Thread.sleep(duration.dividedBy(SAMPLES));
                samples.add(sample(i * duration.toSeconds() / 60.0 / SAMPLES, processes));
            }
            var outcome = load.get(1, TimeUnit.MINUTES);
            System.out.printf(
                    "%,d requests, %,d of them sign-ups, %d failed%n",
                    outcome.requests(), sent.get() / REQUESTS_PER_SIGN_UP, outcome.failed());
            var isWarm = duration.dividedBy(SAMPLES).compareTo(WARM_UP) >= 0;
            return isSteady(samples, isWarm) & outcome.failed() == 0;
        } finally {
            for (var process : processes.values()) process.destroy();
            for (var process : processes.values()) process.waitFor(30, TimeUnit.SECONDS);
        }
    }

    private Process start(String type, String command) throws IOException {
        var settings = services.settings(databaseUrl);
        settings.put("PORT", String.valueOf(port));
        settings.put("PATH", System.getProperty("java.home") + "/bin:" + System.getenv("PATH"));
        return WebProcess.process("soak-" + type, settings, List.of("/bin/sh", "-c", "exec " + command));
    }

    private Load.Outcome load(long end) {
        try {
            return Load.send(List.of(port), USERS, () -> end, this::request);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A sign-up or a read, after the pause that a user makes. */
    private String request() {
        do LockSupport.parkNanos(PAUSE);
        while (paused);
        var number = sent.incrementAndGet();
        if (number % REQUESTS_PER_SIGN_UP != 0) {
            return "GET %s HTTP/1.1\r\nHost: a\r\n\r\n".formatted(reads.get(number % reads.size()));
        }
        var body = "{\"email\": \"soak%d@example.com\", \"password\": \"correct horse battery\", \"name\": \"Zoe\"}"
                .formatted(number);
        return "POST /api/accounts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.length(), body);
    }

    /** Takes a sample of each process while nobody asks it, so that no heap of a request counts. */
    private Map<String, Sample> sample(double minute, Map<String, Process> processes) throws Exception {
        paused = true;
        Thread.sleep(1000);
        var samples = new LinkedHashMap<String, Sample>();
        for (var type : processes.keySet()) {
            var now = Sample.of(processes.get(type));
            samples.put(type, now);
            System.out.printf(
                    "%6.1f  %-9s  %7d  %11d  %10d  %13d%n",
                    minute, type, now.threads, now.descriptors, now.memory, now.heap);
        }
        paused = false;
        return samples;
    }

    private static boolean isSteady(List<Map<String, Sample>> samples, boolean isWarm) {
        var faults = new ArrayList<String>();
        samples.getLast().forEach((type, last) -> {
            var grown = isWarm ? last.grownSince(samples.getFirst().get(type)) : List.<String>of();
            for (var each : grown) faults.add(type + ": " + each);
            var memory = samples.stream()
                    .mapToInt(each -> each.get(type).memory)
                    .max()
                    .orElseThrow();
            if (memory > MAX_MEMORY.get(type)) faults.add("%s: memory of %d MB".formatted(type, memory));
        });
        faults.forEach(fault -> System.out.println("too much: " + fault));
        return faults.isEmpty();
    }
}
