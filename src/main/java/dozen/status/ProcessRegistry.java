package dozen.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dozen.app.Lifecycle;
import dozen.app.ProcessSettings.Release;
import dozen.http.Json;
import dozen.services.Redis;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Keeps a list of the running processes in Redis. Each process reports every 3 s, and one that has not reported for
 * 10 s counts as gone.
 */
final class ProcessRegistry implements AutoCloseable {
    static final String KEY = "processes";
    static final String STARTS = "process-starts";
    /** Only of processes that were told to stop. */
    static final String DRAINS = "process-drains";

    private static final int REPORT_SECONDS = 3;
    private static final int GONE_SECONDS = 10;
    /** During a deploy, a process of another release may write more fields, or fewer. */
    private static final JsonMapper MAPPER = Json.MAPPER
            .rebuild()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /**
     * @param name unique among all processes
     * @param jobs the types of jobs that it runs; empty for a process that is no worker
     */
    record Entry(
            String name,
            String type,
            String host,
            Release release,
            Instant started,
            Instant lastSeen,
            List<String> jobs) {
        String commit() {
            return Status.shortened(release.commit());
        }

        String up() {
            return Status.since(started);
        }
    }

    /** How many milliseconds the last process of a type took to start, or to stop. */
    record Timing(String type, Release release, long ms, Instant at) {
        String ago() {
            return Status.since(at);
        }
    }

    private final Redis redis;
    private final String type;
    private final Release release;
    private final Lifecycle lifecycle;
    /** Redis's time at the first report; it is kept by the thread that reports. */
    private Instant started;
    /** It is asked once, because a machine's own name may take seconds to resolve. */
    private final String host = Lifecycle.host();

    private final List<String> jobs;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("registry").factory());

    private ProcessRegistry(Redis redis, String type, Release release, List<String> jobs, Lifecycle lifecycle) {
        this.redis = redis;
        this.type = type;
        this.release = release;
        this.jobs = jobs;
        this.lifecycle = lifecycle;
        clock.scheduleWithFixedDelay(this::report, 0, REPORT_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Adds this process to the list. Call it before the process registers its server, worker or scheduler with the
     * lifecycle. The lifecycle then closes the registry after them, so that it can report how long the stop took.
     *
     * @param jobs the types of jobs that this process runs
     */
    static void join(Redis redis, String type, Release release, List<String> jobs, Lifecycle lifecycle) {
        var registry = lifecycle.register(new ProcessRegistry(redis, type, release, jobs, lifecycle));
        lifecycle.onStarted(
                () -> registry.took(STARTS, ManagementFactory.getRuntimeMXBean().getUptime()));
    }

    /** Redis's own clock, which all processes share. */
    private static Instant time(Redis redis) {
        var parts = BuilderFactory.STRING_LIST.build(redis.client().sendCommand(Protocol.Command.TIME));
        return Instant.ofEpochSecond(Long.parseLong(parts.get(0)), Long.parseLong(parts.get(1)) * 1000);
    }

    private void report() {
        var name = lifecycle.processName(type);
        try {
            var now = time(redis);
            if (started == null) started = now;
            write(KEY, name, new Entry(name, type, host, release, started, now, jobs));
        } catch (JedisException e) {
            // the process reports again in 3 s
        }
    }

    private void took(String key, long ms) {
        try {
            write(key, type, new Timing(type, release, ms, Instant.now()));
        } catch (JedisException e) {
            // the status page lacks one figure
        }
    }

    private void write(String key, String field, Object value) {
        redis.client().hset(key, field, Json.MAPPER.valueToTree(value).toString());
    }

    /** The last start or stop of each process type. */
    static List<Timing> timings(Redis redis, String key) {
        var timings = read(redis, key, Timing.class);
        timings.sort(Comparator.comparing(Timing::type));
        return timings;
    }

    /** The running processes, sorted by type and start. Those that no longer report are removed from the list. */
    static List<Entry> running(Redis redis) {
        var limit = time(redis).minusSeconds(GONE_SECONDS);
        var all = read(redis, KEY, Entry.class);
        var gone =
                all.stream().filter(entry -> entry.lastSeen().isBefore(limit)).toList();
        gone.forEach(entry -> redis.client().hdel(KEY, entry.name()));
        all.removeAll(gone);
        all.sort(Comparator.comparing(Entry::type).thenComparing(Entry::started));
        return all;
    }

    private static <T> List<T> read(Redis redis, String key, Class<T> type) {
        var all = new ArrayList<T>();
        for (var text : redis.client().hvals(key)) {
            try {
                all.add(MAPPER.readValue(text, type));
            } catch (JsonProcessingException e) {
                // another release wrote it, without a field that this one shows
            }
        }
        return all;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            clock.awaitTermination(1, TimeUnit.SECONDS); // a report under way would bring the process back
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (lifecycle.stoppingMillis() > 0) took(DRAINS, lifecycle.stoppingMillis());
        try {
            redis.client().hdel(KEY, lifecycle.processName(type));
        } catch (JedisException e) {
            // the process counts as gone 10 s after its last report
        }
    }
}
