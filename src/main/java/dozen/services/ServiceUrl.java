package dozen.services;

import dozen.config.Authority;
import dozen.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The address of a backing service: scheme://user:password@host:port/path?query, with a percent-encoded user and
 * password. It may have several hosts, separated by commas. java.net.URI does not support these, so the authority is
 * parsed here.
 *
 * @param user null when there is none
 * @param password null when there is none
 * @param path decoded and without its first slash; empty when there is none
 */
record ServiceUrl(
        String scheme,
        String user,
        Secret password,
        List<Authority> hosts,
        String path,
        Map<String, String> parameters) {

    /**
     * @param example a valid address, for the error message: the text itself may hold a password and is not repeated
     * @throws IllegalArgumentException when the text is no such address
     */
    static ServiceUrl parse(String text, String example) {
        try {
            return read(new URI(text));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw malformed(example); // the cause would repeat the password
        }
    }

    static IllegalArgumentException malformed(String example) {
        return new IllegalArgumentException(
                "must look like %s (other characters in the user or password percent-encoded)".formatted(example));
    }

    private static ServiceUrl read(URI url) {
        var authority = url.getRawAuthority();
        var path = url.getRawPath() == null ? "" : url.getRawPath();
        // An "@" or "#" further on means that a password with a slash or a "#" ended the authority early.
        if (url.getScheme() == null || authority == null || path.contains("@") || url.getRawFragment() != null) {
            throw new IllegalArgumentException();
        }
        var at = authority.lastIndexOf('@');
        var login = at < 0 ? new String[] {""} : authority.substring(0, at).split(":", 2);
        var hosts = Arrays.stream(authority.substring(at + 1).split(",", -1))
                .map(Authority::parse)
                .toList();
        return new ServiceUrl(
                url.getScheme(),
                login[0].isEmpty() ? null : decoded(login[0], false),
                login.length < 2 || login[1].isEmpty() ? null : new Secret(decoded(login[1], false)),
                hosts,
                path.isEmpty() ? "" : decoded(path.substring(1), false),
                parameters(url.getRawQuery()));
    }

    private static Map<String, String> parameters(String query) {
        var parameters = new LinkedHashMap<String, String>();
        if (query == null) return parameters;
        for (var pair : query.split("&")) {
            var parts = pair.split("=", 2);
            if (parts[0].contains("@")) throw new IllegalArgumentException(); // a password held a question mark
            if (!pair.isEmpty()) {
                parameters.put(decoded(parts[0], true), parts.length > 1 ? decoded(parts[1], true) : "");
            }
        }
        return parameters;
    }

    /** A plus sign means a space in a query only; elsewhere it is a plus sign. */
    private static String decoded(String text, boolean query) {
        return URLDecoder.decode(query ? text : text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The host of a service that must have exactly one; an IPv6 address is returned without its brackets. */
    String host() {
        if (hosts.size() != 1) throw new IllegalArgumentException();
        return hosts.getFirst().host().replaceAll("[\\[\\]]", "");
    }

    /** Every host with its port, as an address for people and for the PostgreSQL driver. */
    String hosts(int standardPort) {
        return hosts.stream()
                .map(host -> host.host() + ":" + host.port(standardPort))
                .collect(Collectors.joining(","));
    }
}
