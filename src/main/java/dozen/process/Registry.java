package dozen.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dozen.resources.Redis;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import redis.clients.jedis.exceptions.JedisException;

/** Which processes run now, in Redis: each tells so every 3 s, and one that fell silent for 10 s is gone. */
public final class Registry implements AutoCloseable {
    private static final String KEY = "processes";
    private static final Duration TELL = Duration.ofSeconds(3);
    private static final Duration SILENT = Duration.ofSeconds(10);
    private static final JsonMapper MAPPER =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();

    /** @param name unique among all processes */
    public record Entry(String name, String type, String host, Release release, Instant started, Instant lastSeen) {
        private Entry seen(Instant now) {
            return new Entry(name, type, host, release, started, now);
        }
    }

    private final Redis redis;
    private final Entry self;
    private final Thread teller;

    private Registry(Redis redis, Entry self) {
        this.redis = redis;
        this.self = self;
        this.teller = Thread.ofVirtual().name("registry").start(this::tell);
    }

    /** A name for this process that no other has: type, host, process id and chance. */
    public static String name(String type) {
        var chance = Integer.toHexString(ThreadLocalRandom.current().nextInt(0x10000));
        var host = host().length() > 20 ? host().substring(0, 20) : host();
        return "%s-%s-%d-%s".formatted(type, host, ProcessHandle.current().pid(), chance);
    }

    public static Registry join(Redis redis, String name, String type, Release release) {
        var now = Instant.now();
        return new Registry(redis, new Entry(name, type, host(), release, now, now));
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private void tell() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                redis.client().hset(KEY, self.name(), MAPPER.writeValueAsString(self.seen(Instant.now())));
            } catch (JedisException e) {
                // told again in a moment
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
            try {
                Thread.sleep(TELL);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** All that run now, by type and age. Those that fell silent are forgotten on the way. */
    public static List<Entry> running(Redis redis) {
        var limit = Instant.now().minus(SILENT);
        var all = redis.client().hgetAll(KEY).values().stream()
                .map(Registry::parse)
                .toList();
        for (var entry : all)
            if (entry.lastSeen().isBefore(limit)) redis.client().hdel(KEY, entry.name());
        return all.stream()
                .filter(entry -> !entry.lastSeen().isBefore(limit))
                .sorted(Comparator.comparing(Entry::type).thenComparing(Entry::started))
                .toList();
    }

    private static Entry parse(String text) {
        try {
            return MAPPER.readValue(text, Entry.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        teller.interrupt();
        try {
            redis.client().hdel(KEY, self.name());
        } catch (JedisException e) {
            // it falls silent
        }
    }
}
