package dozen.http;

import java.time.Duration;

/**
 * The settings of the HTTP server.
 *
 * @param port the TCP port, 0 to 65,535; 0 picks a free one
 * @param publicUrl the service's public address; its scheme decides whether cookies are secure
 * @param maxRequests how many requests may run at the same time; further ones get 503
 * @param trustedProxyHops how many of the last X-Forwarded-For entries our proxies wrote; see {@link ClientAddress}
 * @param drain how long requests in flight may take after the process is told to stop
 */
public record HttpSettings(int port, PublicUrl publicUrl, int maxRequests, int trustedProxyHops, Duration drain) {
    public boolean https() {
        return publicUrl.https();
    }
}
