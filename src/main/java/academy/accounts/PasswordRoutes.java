package academy.accounts;

import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.domain.Validation;
import dozen.http.Access;
import dozen.http.Json;
import dozen.http.Routes;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import io.javalin.http.Context;
import org.jdbi.v3.core.Jdbi;

/** Sets a new password, for callers who know the old one or can read the account's mail. */
public final class PasswordRoutes {
    private static final String CHANGE = "password-change";
    private static final String RESET = "password-reset";

    record Change(Secret current, Secret password) {}

    record ResetRequest(String email) {}

    record Reset(Secret token, Secret password) {}

    private final Jdbi jdbi;
    private final Accounts accounts;
    private final Sessions sessions;
    private final ResetLinks links;
    private final LogInLimits limits;
    private final Jobs jobs;

    public PasswordRoutes(
            Jdbi jdbi, Accounts accounts, Sessions sessions, ResetLinks links, LogInLimits limits, Jobs jobs) {
        this.jdbi = jdbi;
        this.accounts = accounts;
        this.sessions = sessions;
        this.links = links;
        this.limits = limits;
        this.jobs = jobs;
    }

    public void register(Routes routes) {
        routes.put("/api/me/password", Access.USER, this::change);
        routes.post("/api/password-resets", Access.PUBLIC, context -> {
            request(context, Json.body(context, ResetRequest.class));
            context.status(202);
        });
        routes.put("/api/password-resets", Access.PUBLIC, context -> {
            reset(Json.body(context, Reset.class));
            context.status(204);
        });
    }

    /** Changes the password. Every other session ends; this one continues with a new token. */
    private void change(Context context) {
        var account = sessions.account(context);
        var request = Json.body(context, Change.class);
        check(request.password());
        if (request.current() == null) throw DomainError.invalid("current", "is required");
        limits.take(context, CHANGE, account.email());
        var hash = accounts.passwordHash(account.id()).orElseThrow(DomainError::notFound);
        if (!accounts.hasPassword(account.id(), request.current())) throw DomainError.invalid("current", "is wrong");
        if (!accounts.changePassword(account.id(), hash, request.password())) {
            throw DomainError.conflict("The password was changed in the meantime.");
        }
        limits.giveBack(context, CHANGE, account.email());
        sessions.start(context, account.id());
        context.status(204);
    }

    /** Answers the same whether the address has an account or not, because a worker looks it up later. */
    void request(Context context, ResetRequest request) {
        var validation = new Validation();
        validation.mailAddress("email", request.email());
        validation.check();
        limits.take(context, RESET, request.email());
        jdbi.useTransaction(transaction -> jobs.enqueue(transaction, Job.of(new SendPasswordReset(request.email()))));
    }

    /** Sets the password. The token comes in the body, because paths are logged. */
    void reset(Reset request) {
        check(request.password());
        if (request.token() == null) throw DomainError.invalid("token", "is required");
        var link = links.read(request.token().reveal()).orElseThrow(PasswordRoutes::expired);
        if (!accounts.changePassword(link.account(), link.passwordHash(), request.password())) throw expired();
    }

    private static DomainError expired() {
        return DomainError.gone("This link was used, has expired, or is none of ours. Ask for a new one.");
    }

    private static void check(Secret password) {
        var validation = new Validation();
        NewAccount.password(validation, password);
        validation.check();
    }
}
