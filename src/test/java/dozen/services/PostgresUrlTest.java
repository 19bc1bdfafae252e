package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.TestServices;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://user:p%40ss+w%2Fo%3Ard@db.example.com:5433/shop?sslmode=require&connectTimeout=7",
                "postgresql://user:p%40ss+w%2Fo%3Ard@db.example.com:5433/shop?sslmode=require&connectTimeout=7",
                "jdbc:postgresql://user:p%40ss+w%2Fo%3Ard@db.example.com:5433/shop?sslmode=require&connectTimeout=7",
                "jdbc:postgresql://db.example.com:5433/shop?user=user&password=p%40ss%2Bw%2Fo%3Ard&sslmode=require&connectTimeout=7"
            })
    void readsAllThreeSchemesWithPercentEncodingAndParameters(String text) {
        var url = Postgres.Url.parse(text);
        assertEquals("jdbc:postgresql://db.example.com:5433/shop", url.jdbc());
        assertEquals("user", url.user());
        assertEquals("p@ss+w/o:rd", url.password().reveal());
        assertEquals(Map.of("sslmode", "require", "connectTimeout", "7"), url.parameters());
        assertFalse(url.toString().contains("p@ss"));
    }

    @Test
    void readsIPv6HostsAndTheStandardPort() {
        assertEquals(
                "jdbc:postgresql://[::1]:5432/shop",
                Postgres.Url.parse("postgres://u@[::1]/shop").jdbc());
        assertNull(Postgres.Url.parse("postgres://u@[::1]/shop").password());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "canary",
                "mysql://u:canary@host/db",
                "postgres://u:canary@host",
                "postgres://u:canary@host/",
                "postgres://u:cana ry@host/db",
                "postgres://u:canary^@host/db",
                "postgres://u:canary%zz@host/db",
                "postgres://u:canary@host:port/db",
                "postgres:///db"
            })
    void refusesInvalidUrlsWithoutRepeatingThem(String text) {
        var fault = assertThrows(IllegalArgumentException.class, () -> Postgres.Url.parse(text));
        assertFalse(fault.getMessage().contains("canary"), fault.getMessage());
    }

    @Test
    void passesParametersThroughToTheDriver() {
        var services = TestServices.shared();
        var url = services.direct(services.newEmptyDatabase()) + "?ApplicationName=from%20the%20url";
        try (var postgres = new Postgres(Postgres.Url.parse(url), 1, Duration.ofSeconds(5)).connect()) {
            assertEquals("from the url", setting(postgres, "application_name"));
            assertEquals("5s", setting(postgres, "statement_timeout"));
        }
    }

    private static String setting(Postgres postgres, String name) {
        return postgres.jdbi()
                .withHandle(handle ->
                        handle.createQuery("SHOW " + name).mapTo(String.class).one());
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=verify-full, true",
        "sslmode=VERIFY-CA, true",
        "ssl=true, true",
        "ssl=, true",
        "sslmode=require, false",
        "ssl=true&sslmode=require, false",
        "ssl=false, false",
        "sslmode=verify-full&sslrootcert=ca.pem, false"
    })
    void javasAuthoritiesAreTrustedWhereTheServerIsVerified(String parameters, boolean trusted) {
        var url = Postgres.Url.parse("postgres://one/app?" + parameters);
        assertEquals(trusted, url.properties().containsKey("sslfactory"));
    }
}
