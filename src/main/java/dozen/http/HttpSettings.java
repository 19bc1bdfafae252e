package dozen.http;

import java.time.Duration;

/**
 * What the HTTP server needs to know.
 *
 * @param port 0 picks a free one
 * @param publicUrl where the world sees us; its scheme decides about secure cookies
 * @param maxRequests at once; past it 503
 * @param trustedProxyHops see {@link ClientAddress}
 * @param drain how long requests in flight may take once the process was told to stop
 */
public record HttpSettings(int port, PublicUrl publicUrl, int maxRequests, int trustedProxyHops, Duration drain) {
    public boolean https() {
        return publicUrl.https();
    }
}
