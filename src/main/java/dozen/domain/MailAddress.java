package dozen.domain;

import dozen.config.Authority;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.IDN;

/**
 * The rule for valid mail addresses, both for input and for sending: the mail library checks the address in the form
 * that is sent to the server. The domain may be of any script and is converted to A-labels. The part before the "@"
 * must be ASCII: servers accept other characters only with the SMTPUTF8 extension, and without it the mail would go to
 * somebody else.
 */
public final class MailAddress {
    private static final int MAX_LOCAL = 64; // octets: RFC 5321, 4.5.3.1.1
    private static final int MAX = 254; // the longest path without its two brackets: RFC 5321, 4.5.3.1.3

    private MailAddress() {}

    /**
     * Returns the address in the form that is sent to the server, with the domain in A-labels.
     *
     * @throws IllegalArgumentException when no mail can be sent to it; the message is for the person who typed it
     */
    public static String ascii(String text) {
        var at = text.lastIndexOf('@');
        if (at < 1) throw new IllegalArgumentException("is not a mail address");
        var local = text.substring(0, at);
        if (!local.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("may have only ASCII characters, and no blanks, before the @");
        }
        var address = local + "@" + domain(text.substring(at + 1));
        if (local.length() > MAX_LOCAL || address.length() > MAX) throw new IllegalArgumentException("is too long");
        try {
            // The check is strict. Comparing the result refuses the forms that the library would convert: names, groups
            // and angle brackets.
            if (new InternetAddress(address, true).getAddress().equals(address)) return address;
        } catch (AddressException e) {
            // refused below
        }
        throw new IllegalArgumentException("is not a mail address");
    }

    private static String domain(String text) {
        try {
            var ascii = Authority.ascii(text);
            var isHost = IDN.toASCII(ascii, IDN.USE_STD3_ASCII_RULES).equals(ascii);
            if (isHost && ascii.contains(".")) return ascii;
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw new IllegalArgumentException("has no domain that mail can be sent to");
    }

    /**
     * Parses the sender of all mails, such as "Shop <shop@example.com>". Its domain may be a single word, such as
     * localhost.
     *
     * @throws IllegalArgumentException when the text is no mail address
     */
    public static InternetAddress sender(String text) {
        try {
            var sender = new InternetAddress(text, true);
            var address = sender.getAddress();
            var domain = address.lastIndexOf('@') + 1;
            sender.setAddress(address.substring(0, domain) + IDN.toASCII(address.substring(domain)));
            sender.validate();
            return sender;
        } catch (AddressException | IllegalArgumentException e) {
            throw new IllegalArgumentException("must be a mail address, but is \"" + text + "\"");
        }
    }
}
