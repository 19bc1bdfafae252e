package academy.videos;

import dozen.services.Redis;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import redis.clients.jedis.exceptions.JedisException;

/** How much of an upload has arrived, in Redis: any page and any process can tell. Nothing depends on it. */
public final class Uploads {
    private static final Duration EVERY = Duration.ofMillis(250);
    /** Of an upload that tells nothing any more. */
    private static final int KEEP_SECONDS = 30;

    public record Received(long received, long total) {}

    private final Redis redis;

    public Uploads(Redis redis) {
        this.redis = redis;
    }

    Optional<Received> of(UUID lesson) {
        try {
            return Optional.ofNullable(redis.client().get(key(lesson)))
                    .map(text -> text.split("/"))
                    .map(parts -> new Received(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
        } catch (JedisException e) {
            return Optional.empty();
        }
    }

    /** The same body, which tells how far it was read; closing it ends that. */
    InputStream watched(InputStream body, UUID lesson, long length) {
        return new FilterInputStream(body) {
            private long received;
            private long told;
            private boolean away; // then no more is told, or each word would keep the upload waiting

            @Override
            public int read(byte[] buffer, int from, int max) throws IOException {
                var read = in.read(buffer, from, max);
                received += Math.max(0, read);
                if (!away && System.nanoTime() - told > EVERY.toNanos()) {
                    tell(() -> redis.client().setex(key(lesson), KEEP_SECONDS, received + "/" + length));
                    told = System.nanoTime();
                }
                return read;
            }

            /** The request's own stream is its server's to close. */
            @Override
            public void close() {
                if (!away) tell(() -> redis.client().del(key(lesson)));
            }

            private void tell(Runnable telling) {
                try {
                    telling.run();
                } catch (JedisException e) {
                    away = true;
                }
            }
        };
    }

    private static String key(UUID lesson) {
        return "upload:" + lesson;
    }
}
