package dozen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebAddressTest {
    @ParameterizedTest
    @CsvSource({
        "https://example.com, https://example.com/reset#x",
        "https://example.com/, https://example.com/reset#x",
        "https://example.com//, https://example.com/reset#x",
        "https://example.com/shop, https://example.com/shop/reset#x",
        "https://example.com/shop/, https://example.com/shop/reset#x",
        "http://localhost:8000, http://localhost:8000/reset#x",
        "HTTPS://Example.com:8443/, https://example.com:8443/reset#x",
        "http://http/, http://http/reset#x",
        "https://s, https://s/reset#x",
        "http://my_web:8000/, http://my_web:8000/reset#x",
        "https://münchen.example/, https://xn--mnchen-3ya.example/reset#x",
        "http://[::1]:8000/, http://[::1]:8000/reset#x"
    })
    void joinsTheAddressAndAPathWithOneSlash(String setting, String link) {
        assertEquals(link, WebAddress.base(setting) + "/reset#x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "ftp://example.com",
                "https://",
                "https:///path",
                "https://example.com:port",
                "https://example.com:99999",
                "https://user@example.com",
                "https://example.com/?a=b",
                "https://example.com/#a",
                "https://exa mple.com",
                "https://faß.example", // IDNA 2003 maps it to fass.example, which is another domain
                "//example.com"
            })
    void refusesWhatNoBrowserCouldOpen(String setting) {
        assertThrows(IllegalArgumentException.class, () -> WebAddress.base(setting));
    }
}
