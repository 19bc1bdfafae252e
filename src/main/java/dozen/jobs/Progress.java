package dozen.jobs;

import dozen.services.Redis;
import java.time.Duration;
import java.util.OptionalInt;
import redis.clients.jedis.exceptions.JedisException;

/** The progress of running jobs, kept in Redis for a day. Nothing depends on it: while Redis is away it is unknown. */
public final class Progress {
    private final Redis redis;

    public Progress(Redis redis) {
        this.redis = redis;
    }

    /** The progress in percent, from 0 to 100; empty when the job reported none or Redis is away. */
    public OptionalInt of(Class<?> type, String id) {
        try {
            var value = redis.client().get(key(Job.type(type), id));
            return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value));
        } catch (JedisException e) {
            return OptionalInt.empty();
        }
    }

    void set(JobStore.RunId run, int percent) {
        if (percent < 0 || percent > 100) throw new IllegalArgumentException("progress goes from 0 to 100");
        try {
            redis.client().setex(key(run.type(), run.id()), Duration.ofDays(1).toSeconds(), String.valueOf(percent));
        } catch (JedisException e) {
            // the next step reports its progress again
        }
    }

    private static String key(String type, String id) {
        return "progress:" + type + ":" + id;
    }
}
