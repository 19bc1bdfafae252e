package dozen.jobs;

import dozen.services.Redis;
import java.time.Duration;
import java.util.OptionalInt;
import redis.clients.jedis.exceptions.JedisException;

/** How far running jobs are, in Redis, for a day. Nothing depends on it: with Redis away it is unknown. */
public final class Progress {
    private static final Duration KEEP = Duration.ofDays(1);

    private final Redis redis;

    public Progress(Redis redis) {
        this.redis = redis;
    }

    /** From 0 to 100; empty when the job told none. */
    public OptionalInt of(Class<?> type, String id) {
        try {
            var value = redis.client().get(key(JobType.name(type), id));
            return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value));
        } catch (JedisException e) {
            return OptionalInt.empty();
        }
    }

    void set(String type, String id, int percent) {
        if (percent < 0 || percent > 100) throw new IllegalArgumentException("progress goes from 0 to 100");
        try {
            redis.client().setex(key(type, id), KEEP.toSeconds(), String.valueOf(percent));
        } catch (JedisException e) {
            // told again at the next step
        }
    }

    private static String key(String type, String id) {
        return "progress:" + type + ":" + id;
    }
}
