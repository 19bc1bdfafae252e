package dozen.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.util.HexFormat;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
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

    public String of(Context context) {
        return of(ServletContextRequest.getServletContextRequest(context.req()));
    }

    /** For limits: of IPv6 the first 64 bits, for everybody has as many addresses as fit into the rest. */
    public String network(Context context) {
        var address = of(context);
        try {
            return address.indexOf(':') < 0
                    ? address
                    : HexFormat.of().formatHex(InetAddress.ofLiteral(address).getAddress(), 0, 8);
        } catch (IllegalArgumentException e) {
            return address; // whatever a proxy wrote there
        }
    }

    String of(Request request) {
        if (trustedProxyHops > 0) {
            var entries = request.getHeaders().getCSV("X-Forwarded-For", false);
            if (entries.size() >= trustedProxyHops) return entries.get(entries.size() - trustedProxyHops);
        }
        return Request.getRemoteAddr(request);
    }
}
