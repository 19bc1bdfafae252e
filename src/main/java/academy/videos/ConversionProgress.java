package academy.videos;

import dozen.services.Redis;
import java.time.Duration;
import java.util.UUID;
import redis.clients.jedis.exceptions.JedisException;

/** Keeps in Redis how much of each video was converted, so that any process can show it. Nothing depends on it. */
record ConversionProgress(Redis redis) {
    private static final long KEEP_SECONDS = Duration.ofDays(1).toSeconds();

    /** Returns the percentage; 0 when none was told, or Redis is away. */
    int of(UUID video) {
        try {
            var percent = redis.client().get(key(video));
            return percent == null ? 0 : Integer.parseInt(percent);
        } catch (JedisException e) {
            return 0;
        }
    }

    void tell(UUID video, int percent) {
        try {
            redis.client().setex(key(video), KEEP_SECONDS, String.valueOf(percent));
        } catch (JedisException e) {
            // the conversion goes on
        }
    }

    private static String key(UUID video) {
        return "conversion:" + video;
    }
}
