package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.TestServices;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CacheTest {
    private final Redis redis = TestServices.shared().redis().connect();
    private final Cache cache = new Cache(redis, Duration.ofMinutes(5));
    private final String key = "test:" + UUID.randomUUID();

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    void theSecondReadComesFromTheCache() {
        assertEquals(Optional.of("one"), cache.get(key, () -> Optional.of("one")));
        assertEquals(Optional.of("one"), cache.get(key, () -> Optional.of("two")));
        cache.evict(key);
        assertEquals(Optional.of("two"), cache.get(key, () -> Optional.of("two")));
    }

    @Test
    void aReaderThatBeganBeforeAChangeDoesNotPutTheOldValueBack() {
        var slow = cache.get(key, () -> {
            cache.evict(key); // another caller changes the value in between
            return Optional.of("old");
        });
        assertEquals(Optional.of("old"), slow);
        assertEquals(Optional.of("new"), cache.get(key, () -> Optional.of("new")));
    }
}
