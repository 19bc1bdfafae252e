package dozen.resources;

import dozen.settings.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Where PostgreSQL is: postgres://, postgresql:// or jdbc:postgresql://, with a percent-encoded user and password, an
 * IPv6 host in brackets, and query parameters that pass through to the driver (sslmode, connectTimeout …).
 *
 * @param parameters for the driver; a user and password given as parameters are taken out of them
 */
public record PostgresUrl(
        String host, int port, String database, String user, Secret password, Map<String, String> parameters) {
    private static final int STANDARD_PORT = 5432;

    /** @throws IllegalArgumentException with a message that does not repeat the text, which holds a password */
    public static PostgresUrl parse(String text) {
        var url = uri(text.startsWith("jdbc:") ? text.substring(5) : text);
        if (!"postgres".equals(url.getScheme()) && !"postgresql".equals(url.getScheme())) throw malformed();
        var host = url.getHost();
        var path = url.getRawPath();
        if (host == null || path == null || path.length() < 2) throw malformed();
        var parameters = parameters(url.getRawQuery());
        var login = url.getRawUserInfo() == null
                ? new String[0]
                : url.getRawUserInfo().split(":", 2);
        var user = login.length > 0 ? decoded(login[0], false) : parameters.get("user");
        var password = login.length > 1 ? decoded(login[1], false) : parameters.get("password");
        parameters.remove("user");
        parameters.remove("password");
        return new PostgresUrl(
                host,
                url.getPort() < 0 ? STANDARD_PORT : url.getPort(),
                decoded(path.substring(1), false),
                user,
                password == null ? null : new Secret(password),
                Map.copyOf(parameters));
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw malformed(); // its own message would repeat the password
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("must look like postgres://user:password@host:5432/database"
                + " (other characters in the user or password percent-encoded)");
    }

    private static Map<String, String> parameters(String query) {
        var parameters = new LinkedHashMap<String, String>();
        if (query == null) return parameters;
        for (var pair : query.split("&")) {
            var parts = pair.split("=", 2);
            if (!pair.isEmpty())
                parameters.put(decoded(parts[0], true), parts.length > 1 ? decoded(parts[1], true) : "");
        }
        return parameters;
    }

    /** A plus sign means a space in a query alone; in a password it is itself. */
    private static String decoded(String text, boolean query) {
        return URLDecoder.decode(query ? text : text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** For the driver: an address without any secret. */
    String jdbc() {
        return "jdbc:postgresql://%s:%s/%s".formatted(host, port, encoded(database));
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** For the driver: everything else. */
    Properties properties() {
        var properties = new Properties();
        if (user != null) properties.setProperty("user", user);
        if (password != null) properties.setProperty("password", password.reveal());
        properties.putAll(parameters);
        return properties;
    }

    String address() {
        return "PostgreSQL at %s:%s".formatted(host, port);
    }

    /** Parameters may hold secrets of their own (sslpassword), so they are left out. */
    @Override
    public String toString() {
        return address();
    }
}
