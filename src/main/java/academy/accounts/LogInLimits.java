package academy.accounts;

import dozen.http.ClientAddress;
import dozen.http.RateLimits;
import dozen.http.RateLimits.Rate;
import dozen.services.TransientFailures;
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
    private final Rate signUps;

    /** @param byAddress and byAccount: failures within 15 minutes; signUps: new accounts within that time */
    public LogInLimits(RateLimits limits, ClientAddress clientAddress, int byAddress, int byAccount, int signUps) {
        this.limits = limits;
        this.clientAddress = clientAddress;
        this.byAddress = new Rate(byAddress, PERIOD);
        this.byAccount = new Rate(byAccount, PERIOD);
        this.signUps = new Rate(signUps, PERIOD);
    }

    /** @param what is tried; each has its own count */
    void take(Context context, String what, String account) {
        limits.take(what + ":address", clientAddress.network(context), byAddress);
        limits.take(what + ":account", plain(account), byAccount);
    }

    /** Each sign-up sends a mail to an address that nobody confirmed. Without Redis, which counts, all may sign up. */
    void takeSignUp(Context context) {
        try {
            limits.take("sign-up:address", clientAddress.network(context), signUps);
        } catch (RuntimeException e) {
            if (!TransientFailures.is(e)) throw e;
        }
    }

    void giveBack(Context context, String what, String account) {
        limits.giveBack(what + ":address", clientAddress.network(context), byAddress);
        limits.giveBack(what + ":account", plain(account), byAccount);
    }

    private static String plain(String account) {
        return account.toLowerCase(Locale.ROOT);
    }
}
