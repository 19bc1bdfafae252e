package dozen.resources;

import dozen.settings.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Where mails are handed over: smtp:// (TLS by STARTTLS when the server offers it) or smtps:// (TLS from the start). */
public record SmtpUrl(String host, int port, boolean tls, String user, Secret password) {
    private static final int STANDARD_PORT = 587;
    private static final int STANDARD_TLS_PORT = 465;

    /** @throws IllegalArgumentException with a message that does not repeat the text, which may hold a password */
    public static SmtpUrl parse(String text) {
        var url = uri(text);
        var tls = "smtps".equals(url.getScheme());
        if (!tls && !"smtp".equals(url.getScheme()) || url.getHost() == null) throw malformed();
        var login = url.getRawUserInfo() == null
                ? new String[] {""}
                : url.getRawUserInfo().split(":", 2);
        return new SmtpUrl(
                url.getHost().replaceAll("[\\[\\]]", ""),
                url.getPort() >= 0 ? url.getPort() : tls ? STANDARD_TLS_PORT : STANDARD_PORT,
                tls,
                login[0].isEmpty() ? null : decoded(login[0]),
                login.length < 2 ? null : new Secret(decoded(login[1])));
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw malformed(); // its own message would repeat the password
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("must look like smtp://user:password@host:587, or smtps:// for TLS"
                + " (other characters in the user or password percent-encoded)");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
