package dozen.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.app.Lifecycle;
import dozen.app.ProcessSettings.Release;
import dozen.http.Json;
import dozen.services.Redis;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Keeps a list of the running processes in Redis. Each process reports every 3 s, and one that has not reported for
 * 10 s counts as gone.
 */
final class ProcessRegistry implements AutoCloseable {
    private static final String KEY = "processes";
    static final String STARTS = "process-starts";
    /** Only of processes that were told to stop. */
    static final String DRAINS = "process-drains";

    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(3);
    private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(10);

    /** @param name unique among all processes */
    record Entry(String name, String type, String host, Release release, Instant started, Instant lastSeen) {
        private Entry seen(Instant now) {
            return new Entry(name, type, host, release, started, now);
        }
    }

    /** How many milliseconds the last process of a type took to start, or to stop. */
    record Timing(String type, Release release, long ms, Instant at) {}

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

    /**
     * Adds this process to the list. Call it before the process registers its server, worker or scheduler with the
     * lifecycle. The lifecycle then closes the registry after them, so that it can report how long the stop took.
     */
    static void join(Redis redis, String type, Release release, Lifecycle lifecycle) {
        var now = redis.time();
        var self = new Entry(lifecycle.processName(type), type, Lifecycle.host(), release, now, now);
        var registry = lifecycle.register(new ProcessRegistry(redis, self, lifecycle));
        lifecycle.onStarted(
                () -> registry.took(STARTS, ManagementFactory.getRuntimeMXBean().getUptime()));
    }

    private void took(String key, long ms) {
        try {
            redis.client().hset(key, self.type(), json(new Timing(self.type(), self.release(), ms, Instant.now())));
        } catch (JedisException e) {
            // the status page lacks one figure
        }
    }

    /** The last start or stop of each process type. */
    static List<Timing> timings(Redis redis, String key) {
        return redis.client().hgetAll(key).values().stream()
                .map(text -> parse(text, Timing.class))
                .sorted(Comparator.comparing(Timing::type))
                .toList();
    }

    private void report() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                redis.client().hset(KEY, self.name(), json(self.seen(redis.time())));
            } catch (JedisException e) {
                // the process reports again in 3 s
            }
            try {
                Thread.sleep(REPORT_INTERVAL);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The running processes, sorted by type and start. Those that no longer report are removed from the list. */
    static List<Entry> running(Redis redis) {
        var limit = redis.time().minus(REPORT_TIMEOUT); // a clock that all processes share
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

    private static String json(Object value) {
        try {
            return Json.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T parse(String text, Class<T> type) {
        try {
            return Json.MAPPER.readValue(text, type);
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
