package dozen.services;

import dozen.config.Secret;

/** The address of Redis: redis:// or, with TLS, rediss://; user, password and database number are optional. */
public record RedisUrl(String host, int port, boolean tls, String user, Secret password, int database) {
    private static final int DEFAULT_PORT = 6379;
    private static final String EXAMPLE = "redis://user:password@host:6379/0, or rediss:// for TLS";

    /** @throws IllegalArgumentException with a message that does not repeat the text, which may hold a password */
    public static RedisUrl parse(String text) {
        var url = ServiceUrl.parse(text, EXAMPLE);
        var tls = url.scheme().equals("rediss");
        if (!tls && !url.scheme().equals("redis") || url.hosts().size() != 1) throw ServiceUrl.malformed(EXAMPLE);
        return new RedisUrl(
                url.host(),
                url.hosts().getFirst().port(DEFAULT_PORT),
                tls,
                url.user(),
                url.password(),
                database(url.path()));
    }

    private static int database(String path) {
        if (path.isEmpty()) return 0;
        if (!path.matches("\\d{1,9}")) throw ServiceUrl.malformed(EXAMPLE);
        return Integer.parseInt(path);
    }

    String address() {
        return "Redis at %s:%s".formatted(host, port);
    }
}
