package dozen.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.domain.DomainError;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a field can't hold is refused with its name, in JSON and in a form. */
class JsonTest {
    record Draft(Integer count, BigDecimal price, Instant at, Boolean paid) {
        static final Draft EMPTY = new Draft(null, null, null, null);
    }

    private static Draft merged(String change) throws Exception {
        return Json.merge(Json.MAPPER.readValue(change, ObjectNode.class), Draft.EMPTY, Draft.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "count | 1.5",
                "count | 99999999999",
                "count | \"1\"",
                "price | \"1\"",
                "at | 1e30",
                "at | \"yesterday\"",
                "paid | 1",
                "nothing | 1"
            })
    void aWrongValueNamesItsField(String field, String value) {
        var refused = assertThrows(DomainError.class, () -> merged("{\"%s\": %s}".formatted(field, value)));
        assertEquals(field, refused.fields.getFirst().field());
    }

    @Test
    void noDigitOfANumberIsLost() throws Exception {
        assertEquals(
                new BigDecimal("123456789012345.6789"),
                merged("{\"price\": 123456789012345.6789}").price());
    }

    @ParameterizedTest
    @CsvSource({"count, 1.5", "count, 99999999999", "price, x", "at, 2026-02-30", "paid, maybe", "nothing, 1"})
    void aWrongInputOfAFormNamesItsField(String field, String value) {
        var refused = assertThrows(DomainError.class, () -> Json.convert(Map.of(field, value), Draft.class));
        assertEquals(field, refused.fields.getFirst().field());
    }

    @Test
    void aFormIsTextAndABlankInputIsNone() {
        var form = Map.of("count", "7", "price", "1.50", "at", "2026-01-31T12:00:00Z", "paid", " ");
        var draft = Json.convert(form, Draft.class);
        assertEquals(new Draft(7, new BigDecimal("1.50"), Instant.parse("2026-01-31T12:00:00Z"), null), draft);
    }
}
