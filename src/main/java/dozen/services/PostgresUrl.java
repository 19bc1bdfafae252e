package dozen.services;

import dozen.config.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * The address of PostgreSQL: postgres://, postgresql:// or jdbc:postgresql://, with a percent-encoded user and
 * password, one or several hosts separated by commas, and query parameters for the driver (sslmode, targetServerType
 * …).
 *
 * @param hosts each with its port, as host:5432,other:5432
 * @param parameters the driver's parameters, without a user and password, which are taken out of them
 */
public record PostgresUrl(String hosts, String database, String user, Secret password, Map<String, String> parameters) {
    private static final int DEFAULT_PORT = 5432;
    private static final String EXAMPLE = "postgres://user:password@host:5432/database";

    /** @throws IllegalArgumentException with a message that does not repeat the text, which holds a password */
    public static PostgresUrl parse(String text) {
        var url = ServiceUrl.parse(text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text, EXAMPLE);
        if (!url.scheme().equals("postgres") && !url.scheme().equals("postgresql")
                || url.path().isEmpty()) {
            throw ServiceUrl.malformed(EXAMPLE);
        }
        var parameters = new HashMap<>(url.parameters());
        var user = parameters.remove("user");
        var password = parameters.remove("password");
        return new PostgresUrl(
                url.hosts(DEFAULT_PORT),
                url.path(),
                url.user() == null ? user : url.user(),
                url.password() == null && password != null ? new Secret(password) : url.password(),
                Map.copyOf(parameters));
    }

    /** The address for the driver, without any secret. */
    String jdbc() {
        return "jdbc:postgresql://%s/%s".formatted(hosts, encoded(database));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The driver's properties: the user, the password and the parameters. */
    Properties properties() {
        var properties = new Properties();
        if (user != null) properties.setProperty("user", user);
        if (password != null) properties.setProperty("password", password.reveal());
        properties.putAll(parameters);
        return properties;
    }

    String address() {
        return "PostgreSQL at " + hosts;
    }

    /** Parameters may hold secrets of their own (sslpassword), so they are left out. */
    @Override
    public String toString() {
        return address();
    }
}
