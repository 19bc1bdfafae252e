package dozen.http;

import org.eclipse.jetty.server.Request;

/**
 * Who called. Each proxy appends to X-Forwarded-For whom it saw, so only the last so many entries were written by
 * proxies that we trust; what stands left of them, anybody can make up.
 */
public final class ClientAddress {
    private final int trustedProxyHops;

    public ClientAddress(int trustedProxyHops) {
        this.trustedProxyHops = trustedProxyHops;
    }

    public String of(Request request) {
        if (trustedProxyHops > 0) {
            var entries = request.getHeaders().getCSV("X-Forwarded-For", false);
            if (entries.size() >= trustedProxyHops) return entries.get(entries.size() - trustedProxyHops);
        }
        return Request.getRemoteAddr(request);
    }
}
