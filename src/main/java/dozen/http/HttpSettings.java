package dozen.http;

import dozen.config.Env;
import dozen.config.WebAddress;
import java.time.Duration;

/**
 * The settings of the HTTP server.
 *
 * @param port the TCP port, 0 to 65,535; 0 picks a free one
 * @param publicUrl the service's public address; its scheme decides whether cookies are secure
 * @param maxRequests how many requests may run at the same time; further ones get 503
 * @param idle how long an idle connection is kept for its next request
 * @param trustedProxyHops how many of the last X-Forwarded-For entries our proxies wrote; see {@link ClientAddress}
 * @param drain how long requests in flight may take after the process is told to stop
 */
public record HttpSettings(
        int port, WebAddress publicUrl, int maxRequests, Duration idle, int trustedProxyHops, Duration drain) {
    public static HttpSettings read(Env env, Duration drain) {
        var port = env.setting("PORT", "where web listens; 0 picks a free port").integer(8000, 0, 65535);
        return new HttpSettings(
                port,
                env.setting("PUBLIC_URL", "public address of the service; https makes cookies secure")
                        .shownAs("http://localhost:$PORT")
                        .parsed("http://localhost" + (port == 0 ? "" : ":" + port), WebAddress::base),
                env.setting("WEB_MAX_REQUESTS", "concurrent requests per web process; more get 503")
                        .integer(512, 1, 100_000),
                Duration.ofSeconds(env.setting(
                                "HTTP_IDLE_SECONDS",
                                "how long idle connections are kept; longer than the router keeps them")
                        .integer(95, 1, 3600)),
                env.setting("TRUSTED_PROXY_HOPS", "entries of X-Forwarded-For, from the right, that our proxies wrote")
                        .integer(0, 0, 10),
                drain);
    }
}
