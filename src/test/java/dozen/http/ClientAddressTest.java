package dozen.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries of X-Forwarded-For as proxies write them, and as callers make them up. */
class ClientAddressTest {
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
}
