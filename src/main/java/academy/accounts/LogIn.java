package academy.accounts;

import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.domain.Validation;

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

    /** @param network the network that the request comes from */
    Account check(String network, Request request) {
        var validation = new Validation();
        validation.text("email", request.email(), 1, 254);
        validation.text(
                "password",
                request.password() == null ? null : request.password().reveal(),
                1,
                128);
        validation.check();
        limits.take(network, LIMIT, request.email());
        var account = accounts.logIn(request.email(), request.password())
                .orElseThrow(() -> DomainError.unauthenticated("The address or the password is wrong."));
        limits.giveBack(network, LIMIT, request.email());
        return account;
    }
}
