package academy.accounts;

import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.jobs.Jobs;

/** Makes accounts for people who sign up. */
final class SignUp {
    record Request(String email, Secret password, String name) {}

    private final Accounts accounts;
    private final LogInLimits limits;
    private final Jobs jobs;

    SignUp(Accounts accounts, LogInLimits limits, Jobs jobs) {
        this.accounts = accounts;
        this.limits = limits;
        this.jobs = jobs;
    }

    /**
     * Checks the request and hashes the password. Call this before any transaction, because hashing takes long and
     * would hold a connection.
     *
     * @param network the network that the request comes from
     */
    NewAccount prepare(String network, Request request) {
        NewAccount.check(request.email(), request.password(), request.name());
        limits.takeSignUp(network);
        return accounts.prepare(request.email(), request.password(), request.name(), Account.Role.LEARNER);
    }

    /** Makes the account, and enqueues its welcome mail in the same transaction. */
    Account create(NewAccount checked) {
        return accounts.create(
                        checked, (transaction, account) -> jobs.enqueue(transaction, new SendWelcomeMail(account.id())))
                .orElseThrow(() -> DomainError.conflict("This address has an account already."));
    }
}
