package dozen.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dozen.config.WebAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Origin as browsers send it, Host as proxies hand it on, and PUBLIC_URL as people set it. */
class SameOriginTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Origin                  | Host               | PUBLIC_URL                    | ours
                "https://example.com       | example.com        | https://example.com           | true",
                "https://example.com       | example.com:443    | https://example.com           | true",
                "https://example.com       | example.com:443    | http://localhost:8000         | true",
                "https://example.com       | web.internal:8000  | https://example.com           | true",
                "https://example.com       | web.internal:8000  | https://example.com/          | true",
                "https://example.com       | web.internal:8000  | https://example.com:443       | true",
                "https://example.com       | web.internal:8000  | https://EXAMPLE.com/shop/     | true",
                "https://example.com:443   | example.com        | https://other.example         | true",
                "https://EXAMPLE.COM       | example.com        | https://other.example         | true",
                "HTTPS://example.com       | example.com        | https://other.example         | true",
                "http://example.com        | example.com:80     | https://other.example         | true",
                "http://localhost:8000     | localhost:8000     | http://localhost:8000         | true",
                "http://127.0.0.1:8000     | 127.0.0.1:8000     | http://localhost:8000         | true",
                "http://[::1]:8000         | [::1]:8000         | http://localhost:8000         | true",
                "http://my_web:8000        | my_web:8000        | http://localhost:8000         | true",
                "https://xn--mnchen-3ya.example | web:8000      | https://münchen.example       | true",
                "https://example.com:8443  | example.com:8443   | https://example.com           | true",
                "https://example.com:8443  | example.com        | https://example.com           | false",
                "https://evil.example      | example.com        | https://example.com           | false",
                "https://example.com.evil.example | example.com | https://example.com           | false",
                "https://evil.example      | example.com:443    | https://example.com           | false",
                "https://sub.example.com   | example.com        | https://example.com           | false",
                "null                      | example.com        | https://example.com           | false",
                "''                        | example.com        | https://example.com           | false",
                "example.com               | example.com        | https://example.com           | false",
                "file://                   | example.com        | https://example.com           | false",
                "chrome-extension://abc    | abc                | https://example.com           | false",
                "https://example.com@evil.example | example.com | https://example.com           | false",
                "https://example.com/path  | other              | https://example.com           | false",
                "https://example.com https://evil.example | example.com | https://example.com   | false",
                "https://example.com       | ''                 | https://other.example         | false",
                "https://a b               | a b                | https://example.com           | false",
            })
    void knowsItsOwnOrigin(String origin, String host, String publicUrl, boolean ours) {
        assertEquals(ours, new RequestOrigin(WebAddress.base(publicUrl), 0).isOurs(origin, host));
    }
}
