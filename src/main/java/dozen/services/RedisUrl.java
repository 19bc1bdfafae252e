package dozen.services;

import dozen.config.Secret;

/** The address of Redis: redis:// or, with TLS, rediss://; user, password and database number are optional. */
public record RedisUrl(String host, int port, boolean tls, String user, Secret password, int database) {
    private static final String EXAMPLE = "redis://user:password@host:6379/0, or rediss:// for TLS";

    /** @throws IllegalArgumentException with a message that does not repeat the text, which may hold a password */
    public static RedisUrl parse(String text) {
        var url = ServiceUrl.parse(text, EXAMPLE);
        var tls = url.scheme().equals("rediss");
        var isKnown = tls || url.scheme().equals("redis");
        if (!isKnown || url.hosts().size() != 1 || !url.path().matches("\\d{0,9}")) throw ServiceUrl.malformed(EXAMPLE);
        var database = url.path().isEmpty() ? 0 : Integer.parseInt(url.path());
        return new RedisUrl(url.host(), url.port(6379), tls, url.user(), url.password(), database);
    }

    String address() {
        return "Redis at %s:%s".formatted(host, port);
    }
}
