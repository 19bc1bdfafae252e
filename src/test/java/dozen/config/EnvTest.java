package dozen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvTest {
    private enum Colour {
        RED,
        GREEN
    }

    @Test
    void readsTypedValuesAndFallsBackToDefaults() {
        var env = new Env(Map.of("PORT", "80", "NEW", "true", "COLOUR", "green"));
        assertEquals(80, env.setting("PORT", "").integer(8000, 0, 65535));
        assertEquals(10, env.setting("POOL", "").integer(10, 1, 20));
        assertTrue(env.setting("NEW", "").bool(false));
        assertEquals(Colour.GREEN, env.setting("COLOUR", "").choice(Colour.RED));
        assertEquals(List.of(), env.faults());
    }

    @Test
    void anEmptyStringCountsAsUnset() {
        var env = new Env(Map.of("PORT", ""));
        assertEquals(8000, env.setting("PORT", "").integer(8000, 0, 65535));
        assertFalse(env.settings().getFirst().set());
    }

    @Test
    void aPlatformsOwnNameIsReadWhenOursIsUnset() {
        assertEquals(
                "v7",
                new Env(Map.of("HEROKU_RELEASE_VERSION", "v7"))
                        .setting("RELEASE_VERSION", "")
                        .or("HEROKU_RELEASE_VERSION")
                        .text("unknown"));
    }

    @Test
    void reportsEveryFaultAtOnce() {
        var env = new Env(Map.of("PORT", "70000", "POOL", "many", "NEW", "yes", "COLOUR", "blue"));
        env.setting("PORT", "").integer(8000, 0, 65535);
        env.setting("POOL", "").integer(10, 1, 20);
        env.setting("NEW", "").bool(false);
        env.setting("COLOUR", "").choice(Colour.RED);
        env.setting("KEY", "signs links").secret(Secret::new);
        assertEquals(
                List.of(
                        "PORT must be from 0 to 65535, but is 70000",
                        "POOL must be a whole number, but is \"many\"",
                        "NEW must be true or false, but is \"yes\"",
                        "COLOUR must be one of red, green, but is \"blue\"",
                        "KEY is required: signs links"),
                env.faults());
    }

    @Test
    void aSecretsValueStandsInNoFaultAndNoList() {
        var env = new Env(Map.of("KEY", "canary"));
        env.setting("KEY", "").secret(text -> {
            throw new IllegalArgumentException("needs 32 bytes or more");
        });
        assertEquals(List.of("KEY needs 32 bytes or more"), env.faults());
        assertFalse(env.settings().toString().contains("canary"));
    }

    @Test
    void anOptionalSecretMayBeMissing() {
        assertEquals(Optional.empty(), new Env(Map.of()).setting("TOKEN", "").optionalSecret(Secret::new));
    }
}
