package dozen.services;

import dozen.config.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The address of PostgreSQL: postgres://, postgresql:// or jdbc:postgresql://, with one or several hosts separated by
 * commas, and query parameters for the driver (sslmode, targetServerType …).
 *
 * @param hosts each with its port, as host:5432,other:5432
 * @param parameters without a user and password, which are taken out of them
 */
public record PostgresUrl(String hosts, String database, String user, Secret password, Map<String, String> parameters) {
    private static final String EXAMPLE = "postgres://user:password@host:5432/database";

    /** @throws IllegalArgumentException with a message that does not repeat the text, which holds a password */
    public static PostgresUrl parse(String text) {
        var url = ServiceUrl.parse(text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text, EXAMPLE);
        var isKnown = url.scheme().equals("postgres") || url.scheme().equals("postgresql");
        if (!isKnown || url.path().isEmpty()) throw ServiceUrl.malformed(EXAMPLE);
        var parameters = new HashMap<>(url.query());
        var user = parameters.remove("user");
        var password = parameters.remove("password");
        return new PostgresUrl(
                url.hosts(5432),
                url.path(),
                url.user() == null ? user : url.user(),
                url.password() == null && password != null ? new Secret(password) : url.password(),
                Map.copyOf(parameters));
    }

    /** The address for the driver, without any secret. */
    String jdbc() {
        var encoded = URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
        return "jdbc:postgresql://%s/%s".formatted(hosts, encoded);
    }

    /** The driver's properties: the user, the password and the parameters. */
    Map<String, String> properties() {
        var properties = new HashMap<>(parameters);
        if (user != null) properties.put("user", user);
        if (password != null) properties.put("password", password.reveal());
        return properties;
    }

    /** Parameters may hold secrets of their own (sslpassword), so they are left out. */
    @Override
    public String toString() {
        return "PostgreSQL at " + hosts;
    }
}
