package academy.accounts;

import dozen.http.ClientAddress;
import dozen.http.RateLimits;
import dozen.http.RateLimits.Rate;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Locale;

/**
 * How often somebody may try before guessing pays: counted by network, and by account whatever the network. A success
 * gives its try back, so only failures use them up.
 */
public final class LogInLimits {
    private static final Duration PERIOD = Duration.ofMinutes(15);

    private final RateLimits limits;
    private final ClientAddress clientAddress;
    private final Rate byAddress;
    private final Rate byAccount;

    /** @param byAddress and byAccount: failures within 15 minutes */
    public LogInLimits(RateLimits limits, ClientAddress clientAddress, int byAddress, int byAccount) {
        this.limits = limits;
        this.clientAddress = clientAddress;
        this.byAddress = new Rate(byAddress, PERIOD);
        this.byAccount = new Rate(byAccount, PERIOD);
    }

    /** @param what is tried; each has its own count */
    void take(Context context, String what, String account) {
        limits.take(what + ":address", clientAddress.network(context), byAddress);
        limits.take(what + ":account", plain(account), byAccount);
    }

    void giveBack(Context context, String what, String account) {
        limits.giveBack(what + ":address", clientAddress.network(context), byAddress);
        limits.giveBack(what + ":account", plain(account), byAccount);
    }

    private static String plain(String account) {
        return account.toLowerCase(Locale.ROOT);
    }
}
