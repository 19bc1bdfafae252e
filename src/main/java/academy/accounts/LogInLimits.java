package academy.accounts;

import dozen.services.RateLimits;
import dozen.services.RateLimits.Rate;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.util.Locale;

/**
 * Limits how often somebody may try, so that guessing does not pay. Tries are counted by network, and by account
 * whatever the network. Where a success gives its try back, only failures count.
 */
final class LogInLimits {
    private static final Duration PERIOD = Duration.ofMinutes(15);

    /**
     * How many tries are allowed within 15 minutes.
     *
     * @param byAddress failures per network
     * @param byAccount failures per account
     * @param signUps new accounts per network
     */
    public record Rates(int byAddress, int byAccount, int signUps) {}

    private final RateLimits limits;
    private final Rate byAddress;
    private final Rate byAccount;
    private final Rate signUps;

    LogInLimits(RateLimits limits, Rates rates) {
        this.limits = limits;
        this.byAddress = new Rate(rates.byAddress(), PERIOD);
        this.byAccount = new Rate(rates.byAccount(), PERIOD);
        this.signUps = new Rate(rates.signUps(), PERIOD);
    }

    /** @param what the action that is tried; each action has its own count */
    void take(String network, String what, String account) {
        limits.take(what + ":address", network, byAddress);
        limits.take(what + ":account", plain(account), byAccount);
    }

    /**
     * Limits sign-ups per network, because each sends a mail to an unconfirmed address. While Redis, which counts them,
     * is unavailable, everybody may sign up.
     */
    void takeSignUp(String network) {
        try {
            limits.take("sign-up:address", network, signUps);
        } catch (RuntimeException e) {
            if (!ServiceUnavailable.isCauseOf(e)) throw e;
        }
    }

    void giveBack(String network, String what, String account) {
        limits.giveBack(what + ":address", network, byAddress);
        limits.giveBack(what + ":account", plain(account), byAccount);
    }

    private static String plain(String account) {
        return account.toLowerCase(Locale.ROOT);
    }
}
