package dozen.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers and times that PostgreSQL can't store are refused, and nothing throws. */
class ValidationTest {
    @ParameterizedTest
    @CsvSource({
        "0, true",
        "-12.5000, true",
        "1.50000, true",
        "999999999999999.9999, true",
        "1E+14, true",
        "1E+15, false",
        "1000000000000000, false",
        "0.00001, false",
        "0E-20000, false",
        "1E+2147483647, false",
        "1E-2147483647, false"
    })
    void decimals(BigDecimal value, boolean valid) {
        var validation = new Validation();
        validation.decimal("n", value);
        assertEquals(valid, validation.errors().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "0001-01-01T00:00:00Z, true",
        "9999-12-31T23:59:59.999999999Z, true",
        "+10000-01-01T00:00:00Z, false",
        "0000-12-31T23:59:59Z, false",
        "+1000000000-12-31T23:59:59.999999999Z, false",
        "-1000000000-01-01T00:00:00Z, false"
    })
    void times(Instant value, boolean valid) {
        var validation = new Validation();
        validation.year("at", value);
        assertEquals(valid, validation.errors().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "0001-01-01, true",
        "9999-12-31, true",
        "+10000-01-01, false",
        "0000-12-31, false",
        "+999999999-12-31, false"
    })
    void dates(LocalDate value, boolean valid) {
        var validation = new Validation();
        validation.year("on", value);
        assertEquals(valid, validation.errors().isEmpty());
    }
}
