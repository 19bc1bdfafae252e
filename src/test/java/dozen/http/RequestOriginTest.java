package dozen.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dozen.config.WebAddress;
import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestOriginTest {
    /** Entries of X-Forwarded-For as proxies write them, and as callers make them up. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9                                | 203.0.113.9",
                "203.0.113.9:50001                          | 203.0.113.9", // Azure's gateways add the port
                "203.0.113.9:50002                          | 203.0.113.9",
                "::ffff:203.0.113.12                        | 203.0.113.12", // nginx on a socket for IPv4 and IPv6
                "[::ffff:203.0.113.12]:443                  | 203.0.113.12",
                "::ffff:cb00:710c                           | 203.0.113.12",
                "2001:db8::1                                | 2001:db8:0:0:0:0:0:1",
                "2001:DB8::1                                | 2001:db8:0:0:0:0:0:1",
                "2001:0db8:0000:0000:0000:0000:0000:0001    | 2001:db8:0:0:0:0:0:1",
                "[2001:db8::1]                              | 2001:db8:0:0:0:0:0:1",
                "[2001:db8::1]:4711                         | 2001:db8:0:0:0:0:0:1",
                "::1                                        | 0:0:0:0:0:0:0:1",
                "127.0.0.1                                  | 127.0.0.1",
                "10.0.0.5:8080                              | 10.0.0.5",
                "0.0.0.0                                    | 0.0.0.0",
                "255.255.255.255                            | 255.255.255.255",
                "unknown                                    | peer",
                "_hidden                                    | peer", // an obfuscated identifier of RFC 7239
                "_SEVKISEK:1234                             | peer",
                "'\"[2001:db8::1]:1\"'                      | peer",
                "''                                         | peer",
                "10                                         | peer",
                "203.0.113                                  | peer",
                "203.0.113.256                              | peer",
                "203.0.113.012                              | peer",
                "0x7f.0.0.1                                 | peer",
                "203.0.113.9:99999                          | peer",
                "203.0.113.9:port                           | peer",
                "2001:db8::1::2                             | peer",
                "fe80::1%eth0                               | peer",
                "[fe80::1%25eth0]:80                        | peer",
                "client.example.com                         | peer",
                "<script>                                   | peer",
                "203.0.113.9 203.0.113.10                   | peer",
                "٢٠٣.٠.١١٣.٩                                | peer",
            })
    void readsWhatProxiesWriteAndTakesThePeerForAnythingElse(String entry, String expected) {
        assertEquals(
                expected,
                RequestOrigin.parse(entry).map(InetAddress::getHostAddress).orElse("peer"));
    }

    /** Origin as browsers send it, Host as proxies hand it on, and PUBLIC_URL as people set it. */
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
