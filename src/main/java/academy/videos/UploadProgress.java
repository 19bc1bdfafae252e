package academy.videos;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.services.Redis;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import redis.clients.jedis.exceptions.JedisException;

/** Keeps in Redis how much of each upload web has received, so that any process can show it. Nothing depends on it. */
record UploadProgress(Redis redis) {
    private static final Duration UPDATE_INTERVAL = Duration.ofMillis(250);
    /** How long the count of an upload is kept after its last update. */
    private static final int KEEP_SECONDS = 30;

    @JsonTypeName("Upload")
    record Received(long received, long total) {}

    Optional<Received> of(UUID lesson) {
        try {
            return Optional.ofNullable(redis.client().get(key(lesson)))
                    .map(text -> text.split("/"))
                    .map(parts -> new Received(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
        } catch (JedisException e) {
            return Optional.empty();
        }
    }

    /** Wraps the body so that Redis shows how much of it was read. Closing it removes the count. */
    InputStream watched(InputStream body, UUID lesson, long length) {
        return new FilterInputStream(body) {
            private long received;
            private long told;
            private boolean away; // stops the updates: each would delay the upload

            @Override
            public int read(byte[] buffer, int from, int max) throws IOException {
                var read = in.read(buffer, from, max);
                received += Math.max(0, read);
                if (!away && System.nanoTime() - told > UPDATE_INTERVAL.toNanos()) {
                    tell(() -> redis.client().setex(key(lesson), KEEP_SECONDS, received + "/" + length));
                    told = System.nanoTime();
                }
                return read;
            }

            /** Leaves the request's own stream open, because the server closes it. */
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
