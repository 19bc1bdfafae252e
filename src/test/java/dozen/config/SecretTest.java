package dozen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.http.Json;
import org.junit.jupiter.api.Test;

class SecretTest {
    private record LogIn(String email, Secret password) {}

    private final Secret secret = new Secret("canary");

    @Test
    void printsItselfNeitherAsTextNorAsJson() throws Exception {
        var logIn = new LogIn("a@example.com", secret);
        assertFalse((secret + " " + logIn).contains("canary"));
        assertEquals("{\"email\":\"a@example.com\",\"password\":\"[secret]\"}", Json.MAPPER.writeValueAsString(logIn));
    }

    @Test
    void isReadFromJson() throws Exception {
        assertEquals(
                "canary",
                Json.MAPPER
                        .readValue("{\"password\": \"canary\"}", LogIn.class)
                        .password()
                        .reveal());
    }

    @Test
    void comparesByValue() {
        assertTrue(secret.is("canary"));
        assertFalse(secret.is("Canary"));
        assertEquals(secret, new Secret("canary"));
        assertNotEquals(secret, new Secret("other"));
        assertEquals(secret.hashCode(), new Secret("other").hashCode());
    }
}
