package dozen.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail addresses as people type them, and the ASCII address that the mail is then sent to. */
class MailAddressTest {
    @ParameterizedTest
    @CsvSource({
        "zoe@example.com, zoe@example.com",
        "Zoe.Mueller@Example.COM, Zoe.Mueller@Example.COM",
        "zoe+shop@example.com, zoe+shop@example.com",
        "o'brien@example.ie, o'brien@example.ie",
        "x@sub.sub2.example.museum, x@sub.sub2.example.museum",
        "1234@example.com, 1234@example.com",
        "a/b=c!d#e$f%g&h*i@example.com, a/b=c!d#e$f%g&h*i@example.com",
        "user@škoda.example, user@xn--koda-f6a.example",
        "user@ŠKODA.example, user@xn--koda-f6a.example",
        "user@münchen.example, user@xn--mnchen-3ya.example",
        "user@例え.テスト, user@xn--r8jz45g.xn--zckzah",
        "user@пример.рф, user@xn--e1afmkfd.xn--p1ai",
        "user@xn--koda-f6a.example, user@xn--koda-f6a.example",
        "first-last@ex-ample.com, first-last@ex-ample.com",
        "_@example.com, _@example.com"
    })
    void goesToTheDomainAsAscii(String typed, String address) {
        assertEquals(address, Validation.asciiMailAddress(typed));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u00a0zoe@example.com",
                "zoe@example.com\u00a0",
                "\u200bzoe@example.com",
                "zoe@exam\u200bple.com",
                "zoe@\u200bexample.com",
                "adŭin@example.com", // the low byte of ŭ (U+016D) is m: written alone, it sends the mail to admin@
                "zoë@example.com",
                "<zoe@example.com>",
                "Zoe <zoe@example.com>",
                "mailto:zoe@example.com",
                "zoe@example.com,bob",
                "zoe@example.com, bob@example.com",
                "zoe@example.com;bob@example.com",
                "me@example.com>,<root",
                "me@example.com>\r\nRCPT TO:<root@example.com",
                "zoe@example.com\n",
                "friends:zoe@example.com;",
                "@relay.example,@other.example:zoe@example.com",
                "zoe",
                "@example.com",
                "zoe@",
                "zoe@@example.com",
                "zoe@a@example.com",
                "zoe@localhost",
                "zoe@example",
                "zoe@[127.0.0.1]",
                "zoe@-example.com",
                "zoe@example-.com",
                "zoe@exa_mple.com",
                "zoe@example..com",
                "zoe@.example.com",
                "zoe@straße.example", // IDNA 2003 maps it to strasse.example, which is another domain
                "zoe@ｅｘａｍｐｌｅ.com",
                ".zoe@example.com",
                "zoe..m@example.com",
                "zoe m@example.com",
                "zoe\u0000@example.com",
                "zoe\\@example.com"
            })
    void refusesWhatNoMailCanBeSentTo(String typed) {
        assertThrows(IllegalArgumentException.class, () -> Validation.asciiMailAddress(typed));
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 300})
    void refusesALocalPartThatIsTooLong(int length) {
        assertThrows(
                IllegalArgumentException.class, () -> Validation.asciiMailAddress("x".repeat(length) + "@example.com"));
    }
}
