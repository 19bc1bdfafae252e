package academy.accounts;

import dozen.security.Signer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes and checks the token of a mailed link that may set a new password. The token is valid for an hour and works
 * once, because it is bound to the old password. It is stored nowhere.
 */
public final class ResetLinks {
    static final Duration VALID_FOR = Duration.ofHours(1);
    private static final String PURPOSE = "password-reset";

    /** @param passwordHash the one that this link may replace */
    record Link(UUID account, String passwordHash) {}

    private final Signer signer;
    private final Accounts accounts;

    public ResetLinks(Signer signer, Accounts accounts) {
        this.signer = signer;
        this.accounts = accounts;
    }

    String token(UUID account) {
        var until = String.valueOf(Instant.now().plus(VALID_FOR).getEpochSecond());
        var hash = accounts.passwordHash(account).orElseThrow();
        return String.join(".", account.toString(), until, signer.sign(PURPOSE, account.toString(), until, hash));
    }

    /** Returns empty when the token was used, has expired, or is not valid. */
    Optional<Link> read(String token) {
        var parts = token.split("\\.", 3);
        if (parts.length < 3) return Optional.empty();
        try {
            var account = UUID.fromString(parts[0]);
            if (Long.parseLong(parts[1]) < Instant.now().getEpochSecond()) return Optional.empty();
            return accounts.passwordHash(account)
                    .filter(hash -> signer.matches(parts[2], PURPOSE, account.toString(), parts[1], hash))
                    .map(hash -> new Link(account, hash));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
