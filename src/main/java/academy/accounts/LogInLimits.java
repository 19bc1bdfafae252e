package academy.accounts;

import dozen.http.ClientAddress;
import dozen.http.RateLimits;
import dozen.http.RateLimits.Rate;
import dozen.services.TransientFailures;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Locale;

/**
 * Limits how often somebody may try, so that guessing does not pay. Tries are counted by network, and by account
 * whatever the network. Where a success gives its try back, only failures count.
 */
public final class LogInLimits {
    private static final Duration PERIOD = Duration.ofMinutes(15);

    private final RateLimits limits;
    private final ClientAddress clientAddress;
    private final Rate byAddress;
    private final Rate byAccount;
    private final Rate signUps;

    /**
     * @param byAddress failures allowed per network within 15 minutes
     * @param byAccount failures allowed per account within 15 minutes
     * @param signUps new accounts allowed per network within 15 minutes
     */
    public LogInLimits(RateLimits limits, ClientAddress clientAddress, int byAddress, int byAccount, int signUps) {
        this.limits = limits;
        this.clientAddress = clientAddress;
        this.byAddress = new Rate(byAddress, PERIOD);
        this.byAccount = new Rate(byAccount, PERIOD);
        this.signUps = new Rate(signUps, PERIOD);
    }

    /** @param what the action that is tried; each action has its own count */
    void take(Context context, String what, String account) {
        limits.take(what + ":address", clientAddress.network(context), byAddress);
        limits.take(what + ":account", plain(account), byAccount);
    }

    /**
     * Limits sign-ups per network, because each sends a mail to an unconfirmed address. While Redis, which counts them,
     * is unavailable, everybody may sign up.
     */
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
