package academy.accounts;

import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.domain.Validation;
import dozen.jobs.Jobs;
import org.jdbi.v3.core.Jdbi;

/** Sets a new password, for callers who know the old one or can read the account's mail. */
final class PasswordChanges {
    private static final String CHANGE = "password-change";
    private static final String RESET = "password-reset";

    record Change(Secret current, Secret password) {}

    record ResetRequest(String email) {}

    record Reset(Secret token, Secret password) {}

    private final Jdbi jdbi;
    private final Accounts accounts;
    private final ResetLinks links;
    private final LogInLimits limits;
    private final Jobs jobs;

    PasswordChanges(Jdbi jdbi, Accounts accounts, ResetLinks links, LogInLimits limits, Jobs jobs) {
        this.jdbi = jdbi;
        this.accounts = accounts;
        this.links = links;
        this.limits = limits;
        this.jobs = jobs;
    }

    /**
     * Changes the password, which ends every session of the account.
     *
     * @param network the network that the request comes from
     */
    void change(String network, Account account, Change request) {
        check(request.password());
        if (request.current() == null) throw DomainError.invalid("current", "is required");
        limits.take(network, CHANGE, account.email());
        var hash = accounts.passwordHash(account.id()).orElseThrow(DomainError::notFound);
        if (!accounts.hasPassword(account.id(), request.current())) throw DomainError.invalid("current", "is wrong");
        if (!accounts.changePassword(account.id(), hash, request.password())) {
            throw DomainError.conflict("The password was changed in the meantime.");
        }
        limits.giveBack(network, CHANGE, account.email());
    }

    /** Does the same whether the address has an account or not, because a worker looks it up later. */
    void request(String network, ResetRequest request) {
        var validation = new Validation();
        validation.mailAddress("email", request.email());
        validation.check();
        limits.take(network, RESET, request.email());
        jdbi.useTransaction(transaction -> jobs.enqueue(transaction, new SendPasswordReset(request.email())));
    }

    void reset(Reset request) {
        check(request.password());
        if (request.token() == null) throw DomainError.invalid("token", "is required");
        var link = links.read(request.token().reveal()).orElseThrow(PasswordChanges::expired);
        if (!accounts.changePassword(link.account(), link.passwordHash(), request.password())) throw expired();
    }

    private static DomainError expired() {
        return DomainError.gone("This link was already used, has expired, or is not valid. Ask for a new one.");
    }

    private static void check(Secret password) {
        var validation = new Validation();
        NewAccount.password(validation, password);
        validation.check();
    }
}
