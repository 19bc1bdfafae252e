package dozen.services;

import dozen.config.Secret;
import dozen.config.WebAddress.Authority;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The address of a backing service: scheme://user:password@host:port/path?query, with a percent-encoded user and
 * password, each null when there is none. The path is decoded and stands without its first slash. There may be several
 * hosts, separated by commas. java.net.URI does not support these, so the hosts are parsed here.
 */
public record ServiceUrl(
        String scheme, String user, Secret password, List<Authority> hosts, String path, Map<String, String> query) {
    /** The scheme with the login, the hosts, and the rest. */
    private static final Pattern SHAPE = Pattern.compile("(\\w[^:/?#]*://(?:[^/?#]*@)?)([^/?#@]*)(.*)");

    /**
     * @param example a valid address, for the error message: the text itself may hold a password and is not repeated
     * @param accepted tells whether it is an address of this service
     * @throws IllegalArgumentException when the text is no such address
     */
    public static ServiceUrl parse(String text, String example, Predicate<ServiceUrl> accepted) {
        try {
            var url = read(text);
            if (accepted.test(url)) return url;
        } catch (URISyntaxException | IllegalArgumentException e) {
            // refused below; the cause would repeat the password
        }
        throw new IllegalArgumentException(
                "must look like %s (other characters in the user or password percent-encoded)".formatted(example));
    }

    private static ServiceUrl read(String text) throws URISyntaxException {
        var shape = SHAPE.matcher(text);
        if (!shape.matches()) throw new IllegalArgumentException();
        // java.net.URI reads all but the hosts.
        var url = new URI(shape.group(1) + "host" + shape.group(3));
        // An "@" or "#" further on means that a password with a slash or a "#" ended the authority early.
        if (url.getRawPath().contains("@") || url.getRawFragment() != null) throw new IllegalArgumentException();
        var authority = url.getRawAuthority();
        var at = authority.lastIndexOf('@');
        var login = authority.substring(0, Math.max(at, 0)).split(":", 2);
        var hosts = Arrays.stream(shape.group(2).split(",", -1)).map(Authority::parse);
        return new ServiceUrl(
                url.getScheme(),
                login[0].isEmpty() ? null : decoded(login[0]),
                login.length < 2 || login[1].isEmpty() ? null : new Secret(decoded(login[1])),
                hosts.toList(),
                decoded(url.getRawPath().replaceFirst("/", "")),
                url.getRawQuery() == null ? Map.of() : query(url.getRawQuery()));
    }

    private static Map<String, String> query(String text) {
        var query = new HashMap<String, String>();
        for (var pair : text.split("&")) {
            var parts = pair.split("=", 2);
            if (parts[0].contains("@")) throw new IllegalArgumentException(); // a password held a question mark
            var value = parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
            if (!pair.isEmpty()) query.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), value);
        }
        return query;
    }

    /** A plus sign means a space in a query only; here it is a plus sign. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The address without the login and the query, which may hold secrets. */
    @Override
    public String toString() {
        return scheme + "://" + hosts + "/" + path;
    }

    /** Every host with its port, as an address for people and for the PostgreSQL driver. */
    String hosts(int defaultPort) {
        return hosts.stream()
                .map(host -> host.host() + ":" + host.port(defaultPort))
                .collect(Collectors.joining(","));
    }
}
