package academy.accounts;

import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.domain.MailAddress;
import dozen.domain.Validation;
import java.util.Optional;

/** Checks the password of people who log in, a limited number of times. */
final class LogIn {
    private static final String LIMIT = "log-in";

    record Request(String email, Secret password) {}

    private final Accounts accounts;
    private final LogInLimits limits;

    LogIn(Accounts accounts, LogInLimits limits) {
        this.accounts = accounts;
        this.limits = limits;
    }

    /**
     * Whether an account can have this address. PostgreSQL's lower() finds accounts for other spellings too, such as İ
     * for i, and each of these would have a limit of its own.
     */
    private static boolean isAddress(String email) {
        try {
            MailAddress.ascii(email);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** @param network the network that the request comes from */
    Accounts.LoggedIn check(String network, Request request) {
        var validation = new Validation();
        validation.text("email", request.email(), 1, 254);
        validation.text(
                "password",
                request.password() == null ? null : request.password().reveal(),
                1,
                128);
        validation.check();
        limits.take(network, LIMIT, request.email());
        var loggedIn = isAddress(request.email())
                ? accounts.logIn(request.email(), request.password())
                : Optional.<Accounts.LoggedIn>empty();
        if (loggedIn.isEmpty()) throw DomainError.unauthenticated("The address or the password is wrong.");
        limits.giveBack(network, LIMIT, request.email());
        return loggedIn.get();
    }
}
