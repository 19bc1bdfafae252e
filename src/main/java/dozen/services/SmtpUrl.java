package dozen.services;

import dozen.config.Secret;

/** The address of the SMTP server: smtp:// (TLS by STARTTLS) or smtps:// (TLS from the start). */
public record SmtpUrl(String host, int port, boolean tls, String user, Secret password) {
    private static final String EXAMPLE = "smtp://user:password@host:587, or smtps:// for TLS";

    /** @throws IllegalArgumentException with a message that does not repeat the text, which may hold a password */
    public static SmtpUrl parse(String text) {
        var url = ServiceUrl.parse(text, EXAMPLE);
        var tls = url.scheme().equals("smtps");
        var isKnown = tls || url.scheme().equals("smtp");
        if (!isKnown || url.hosts().size() != 1) throw ServiceUrl.malformed(EXAMPLE);
        return new SmtpUrl(url.host(), url.port(tls ? 465 : 587), tls, url.user(), url.password());
    }

    String address() {
        return "SMTP at %s:%s".formatted(host, port);
    }

    boolean hasLogin() {
        return user != null && password != null;
    }
}
