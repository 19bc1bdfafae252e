package academy.accounts;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.domain.Validation;
import dozen.domain.Validation.Validated;
import dozen.jobs.Jobs;
import dozen.services.RateLimits;
import dozen.services.RateLimits.Rate;
import dozen.services.ServiceUnavailable;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * Signs people up, logs them in and sets new passwords, for the API and for the pages. It limits how often somebody may
 * try, so that guessing does not pay: tries are counted by the network that they come from, and by account whatever the
 * network. A success gives its try back, so only failures count.
 */
record Authentication(Jdbi jdbi, Jobs jobs, Accounts accounts, ResetLinks links, RateLimits limits, Rates rates) {
    /**
     * How many tries are allowed.
     *
     * @param byAddress failures per network
     * @param byAccount failures per account
     * @param signUps new accounts per network
     */
    record Rates(Rate byAddress, Rate byAccount, Rate signUps) {}

    private static final String LOG_IN = "log-in";
    /** Each sends a mail, and anybody may ask for it. */
    private static final Rate RESETS = new Rate(5, Duration.ofHours(1));

    private static final String PASSWORD_CHANGE = "password-change";

    /** The rules for its fields are the same over HTTP and at the terminal. */
    @JsonTypeName("SignUp")
    record SignUp(String email, Secret password, String name) implements Validated {
        @Override
        public void validate(Validation validation) {
            validation.mailAddress("email", email);
            Passwords.check(validation, password, Passwords.MIN_LENGTH);
            Account.checkName(validation, name);
        }
    }

    @JsonTypeName("LogIn")
    record LogIn(String email, Secret password) implements Validated {
        @Override
        public void validate(Validation validation) {
            validation.text("email", email, 1, 254);
            Passwords.check(validation, password, 1);
        }
    }

    @JsonTypeName("PasswordChange")
    record PasswordChange(Secret current, Secret password) implements Validated {
        @Override
        public void validate(Validation validation) {
            validation.required("current", current);
            Passwords.check(validation, password, Passwords.MIN_LENGTH);
        }
    }

    @JsonTypeName("PasswordResetRequest")
    record ResetRequest(String email) implements Validated {
        @Override
        public void validate(Validation validation) {
            validation.mailAddress("email", email);
        }
    }

    @JsonTypeName("PasswordReset")
    record Reset(Secret token, Secret password) implements Validated {
        @Override
        public void validate(Validation validation) {
            validation.required("token", token);
            Passwords.check(validation, password, Passwords.MIN_LENGTH);
        }
    }

    /**
     * Checks the request and hashes the password. Call this before any transaction, because hashing takes long and
     * would hold a connection.
     */
    Accounts.NewAccount prepare(String network, SignUp request) {
        request.check();
        limitSignUps(network);
        return accounts.prepare(request.email(), request.password(), request.name(), Account.Role.LEARNER);
    }

    /**
     * Limits sign-ups per network, because each sends a mail to an unconfirmed address. While Redis, which counts them,
     * is unavailable, everybody may sign up.
     */
    private void limitSignUps(String network) {
        try {
            limits.take("sign-up:address", network, rates.signUps());
        } catch (RuntimeException e) {
            if (!ServiceUnavailable.isCauseOf(e)) throw e;
        }
    }

    /** Makes the account, and enqueues its welcome mail in the same transaction. */
    Account signUp(Accounts.NewAccount checked) {
        return jdbi.inTransaction(transaction -> {
            var account = accounts.insert(transaction, checked)
                    .orElseThrow(() -> DomainError.conflict("This address has an account already."));
            jobs.enqueue(transaction, new SendWelcomeMail(account.id()));
            return account;
        });
    }

    Account logIn(String network, LogIn request) {
        request.check();
        take(network, LOG_IN, request.email());
        // PostgreSQL's lower() finds accounts for other spellings too, such as İ for i, and each of these would have a
        // limit of its own.
        var isAddress = new ResetRequest(request.email()).faults().isEmpty();
        var account = isAddress ? accounts.logIn(request.email(), request.password()) : Optional.<Account>empty();
        if (account.isEmpty()) throw DomainError.unauthenticated("The address or the password is wrong.");
        giveBack(network, LOG_IN, request.email());
        return account.get();
    }

    /** Changes the password for a caller who knows the old one, and ends every session of the account. */
    Account changePassword(String network, Account account, PasswordChange request) {
        request.check();
        take(network, PASSWORD_CHANGE, account.email());
        var old = accounts.credentials(account.id()).orElseThrow(DomainError::notFound);
        if (!accounts.isPassword(request.current(), old)) throw DomainError.invalid("current", "is wrong");
        var changed = accounts.changePassword(old, request.password())
                .orElseThrow(() -> DomainError.conflict("The password was changed in the meantime."));
        giveBack(network, PASSWORD_CHANGE, account.email());
        return changed;
    }

    /** Does the same whether the address has an account or not, because a worker looks it up later. */
    void requestReset(String network, ResetRequest request) {
        request.check();
        limits.take("password-reset:address", network, rates.byAddress());
        limits.take("password-reset:account", request.email().toLowerCase(Locale.ROOT), RESETS);
        var job = new ResetLinks.SendPasswordReset(request.email());
        jdbi.useTransaction(transaction -> jobs.enqueue(transaction, job));
    }

    /** Sets a new password for a caller who can read the account's mail. */
    void reset(Reset request) {
        request.check();
        links.read(request.token().reveal())
                .flatMap(old -> accounts.changePassword(old, request.password()))
                .orElseThrow(() -> DomainError.gone(
                        "This link was already used, has expired, or is not valid. Ask for a new one."));
    }

    /** @param what the action that is tried; each action has its own count */
    private void take(String network, String what, String account) {
        limits.take(what + ":address", network, rates.byAddress());
        limits.take(what + ":account", account.toLowerCase(Locale.ROOT), rates.byAccount());
    }

    /** While Redis is away the tries stay used, because what they were for has succeeded. */
    private void giveBack(String network, String what, String account) {
        try {
            limits.giveBack(what + ":address", network, rates.byAddress());
            limits.giveBack(what + ":account", account.toLowerCase(Locale.ROOT), rates.byAccount());
        } catch (RuntimeException e) {
            if (!ServiceUnavailable.isCauseOf(e)) throw e;
        }
    }
}
