package dozen.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dozen.services.Redis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Keeps a list of the running processes in Redis. Each process reports every 3 s, and one that has not reported for
 * 10 s counts as gone.
 */
public final class ProcessRegistry implements AutoCloseable {
    private static final String KEY = "processes";
    private static final String STARTS = "process-starts";
    private static final String DRAINS = "process-drains";
    /** USER_HZ, the unit of times in proc(5), in ticks per second: 100 on all common Linux machines. */
    private static final double TICKS_A_SECOND = 100;

    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(3);
    private static final Duration SILENT = Duration.ofSeconds(10);
    /**
     * Writes times as text. For times as numbers, Jackson would first have to compute tables of large powers, at each
     * start.
     */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    /** @param name unique among all processes */
    public record Entry(String name, String type, String host, Release release, Instant started, Instant lastSeen) {
        private Entry seen(Instant now) {
            return new Entry(name, type, host, release, started, now);
        }
    }

    /** How many milliseconds the last process of a type took to start, or to stop. */
    public record Timing(String type, Release release, long ms, Instant at) {}

    private final Redis redis;
    private final Entry self;
    private final Lifecycle lifecycle;
    private final Thread reporter;

    private ProcessRegistry(Redis redis, Entry self, Lifecycle lifecycle) {
        this.redis = redis;
        this.self = self;
        this.lifecycle = lifecycle;
        this.reporter = Thread.ofVirtual().name("registry").start(this::report);
    }

    /** A unique name for this process: its type, host and process id, and a random number. */
    public static String name(String type) {
        var chance = Integer.toHexString(ThreadLocalRandom.current().nextInt(0x10000));
        var host = host().length() > 20 ? host().substring(0, 20) : host();
        return "%s-%s-%s-%s".formatted(type, host, ProcessHandle.current().pid(), chance);
    }

    /**
     * Adds this process to the list. Call it before the lifecycle gets what the process runs: the registry is then
     * closed after that, and can report how long the stop took.
     */
    public static ProcessRegistry join(Redis redis, String type, Release release, Lifecycle lifecycle) {
        var now = redis.time();
        return lifecycle.register(
                new ProcessRegistry(redis, new Entry(name(type), type, host(), release, now, now), lifecycle));
    }

    public String name() {
        return self.name();
    }

    /** Reports that the process has started, and how long the start took. */
    public void started() {
        took(STARTS, sinceBegin());
    }

    /**
     * The milliseconds since the process began, by the clocks of /proc. Java knows the start of a process only to the
     * second.
     */
    private long sinceBegin() {
        try {
            var uptime =
                    Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
            var stat = Files.readString(Path.of("/proc/self/stat"));
            var begun = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]) / TICKS_A_SECOND;
            return Math.round((uptime - begun) * 1000);
        } catch (IOException e) { // not on Linux
            return Duration.between(self.started(), Instant.now()).toMillis();
        }
    }

    private void took(String key, long ms) {
        try {
            var took = new Timing(self.type(), self.release(), ms, Instant.now());
            redis.client().hset(key, self.type(), MAPPER.writeValueAsString(took));
        } catch (JedisException e) {
            // the status page lacks one figure
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The last start of each process type. */
    public static List<Timing> starts(Redis redis) {
        return all(redis, STARTS);
    }

    /** The last stop of each process type, among the processes that were told to stop. */
    public static List<Timing> drains(Redis redis) {
        return all(redis, DRAINS);
    }

    private static List<Timing> all(Redis redis, String key) {
        return redis.client().hgetAll(key).values().stream()
                .map(text -> parse(text, Timing.class))
                .sorted(Comparator.comparing(Timing::type))
                .toList();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private void report() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                redis.client().hset(KEY, self.name(), MAPPER.writeValueAsString(self.seen(redis.time())));
            } catch (JedisException e) {
                // the process reports again in 3 s
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
            try {
                Thread.sleep(REPORT_INTERVAL);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The running processes, sorted by type and start. Those that no longer report are removed from the list. */
    public static List<Entry> running(Redis redis) {
        var limit = redis.time().minus(SILENT); // a clock that all processes share
        var all = redis.client().hgetAll(KEY).values().stream()
                .map(text -> parse(text, Entry.class))
                .toList();
        for (var entry : all)
            if (entry.lastSeen().isBefore(limit)) redis.client().hdel(KEY, entry.name());
        return all.stream()
                .filter(entry -> !entry.lastSeen().isBefore(limit))
                .sorted(Comparator.comparing(Entry::type).thenComparing(Entry::started))
                .toList();
    }

    private static <T> T parse(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        reporter.interrupt();
        lifecycle.stoppingMillis().ifPresent(ms -> took(DRAINS, ms));
        try {
            redis.client().hdel(KEY, self.name());
        } catch (JedisException e) {
            // the process counts as gone 10 s after its last report
        }
    }
}
