package dozen.resources;

import dozen.settings.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Where Redis is: redis:// or, with TLS, rediss://; user, password and database number are optional. */
public record RedisUrl(String host, int port, boolean tls, String user, Secret password, int database) {
    private static final int STANDARD_PORT = 6379;

    /** @throws IllegalArgumentException with a message that does not repeat the text, which may hold a password */
    public static RedisUrl parse(String text) {
        var url = uri(text);
        var tls = "rediss".equals(url.getScheme());
        if (!tls && !"redis".equals(url.getScheme()) || url.getHost() == null) throw malformed();
        var login = url.getRawUserInfo() == null
                ? new String[] {""}
                : url.getRawUserInfo().split(":", 2);
        return new RedisUrl(
                url.getHost().replaceAll("[\\[\\]]", ""), // an IPv6 address has brackets in a URL alone
                url.getPort() < 0 ? STANDARD_PORT : url.getPort(),
                tls,
                login[0].isEmpty() ? null : decoded(login[0]),
                login.length < 2 || login[1].isEmpty() ? null : new Secret(decoded(login[1])),
                database(url.getPath()));
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw malformed(); // its own message would repeat the password
        }
    }

    private static int database(String path) {
        if (path == null || path.length() < 2) return 0;
        try {
            var number = Integer.parseInt(path.substring(1));
            if (number < 0) throw malformed();
            return number;
        } catch (NumberFormatException e) {
            throw malformed();
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("must look like redis://user:password@host:6379/0, or rediss:// for TLS"
                + " (other characters in the user or password percent-encoded)");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    String address() {
        return "Redis at %s:%s".formatted(host, port);
    }
}
