package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {
    @Test
    void readsUserPasswordDatabaseAndTls() {
        var url = Redis.Url.parse("rediss://me:p%40ss+w%2Ford@cache.example.com:6380/3");
        assertEquals("[cache.example.com:6380]", url.hosts().toString());
        assertNull(url.primary());
        assertTrue(url.tls());
        assertEquals("me", url.user());
        assertEquals("p@ss+w/ord", url.password().reveal());
        assertEquals(3, url.database());
    }

    @Test
    void everythingButTheHostMayBeMissing() {
        var url = Redis.Url.parse("redis://localhost");
        assertEquals(6379, url.hosts().getFirst().getPort());
        assertFalse(url.tls());
        assertNull(url.user());
        assertNull(url.password());
        assertEquals(0, url.database());
        assertEquals(
                "::1",
                Redis.Url.parse("redis://:pw@[::1]:6379").hosts().getFirst().getHost());
    }

    @Test
    void readsSentinelsAndTheNameOfThePrimary() {
        var url = Redis.Url.parse("rediss+sentinel://:pw@one.example.com,two.example.com:26380/main.cache/2");
        assertEquals(
                "[one.example.com:26379, two.example.com:26380]", url.hosts().toString());
        assertEquals("main.cache", url.primary());
        assertTrue(url.tls());
        assertEquals(2, url.database());
        assertEquals(0, Redis.Url.parse("redis+sentinel://one/main").database());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "canary",
                "http://:canary@host",
                "redis://:canary@host:x",
                "redis://:canary@host/x",
                "redis://:canary@host/-1",
                "redis://:canary@host,other",
                "redis+sentinel://:canary@host",
                "redis+sentinel://:canary@host/main/x",
                "sentinel://:canary@host/main",
                "redis://:cana ry@host",
                "redis://:canary%zz@host"
            })
    void refusesInvalidUrlsWithoutRepeatingThem(String text) {
        var fault = assertThrows(IllegalArgumentException.class, () -> Redis.Url.parse(text));
        assertFalse(fault.getMessage().contains("canary"), fault.getMessage());
    }
}
