package academy.accounts;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.config.Secret;
import dozen.domain.DomainError;
import dozen.domain.Validation;
import dozen.http.Access;
import dozen.http.Idempotency;
import dozen.http.Json;
import dozen.http.Params;
import dozen.http.Problem;
import dozen.http.Routes;
import dozen.jobs.Jobs;
import dozen.services.Cache;
import io.javalin.http.Context;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The API for sign-up, log-in and log-out, the caller's own account, and what others see of it. */
public final class AccountRoutes {
    private static final String LOG_IN = "log-in";

    record SignUp(String email, Secret password, String name) {}

    record LogIn(String email, Secret password) {}

    record Name(String name) {}

    private final Accounts accounts;
    private final Sessions sessions;
    private final LogInLimits limits;
    private final Idempotency idempotency;
    private final Cache cache;
    private final Jobs jobs;

    public AccountRoutes(
            Accounts accounts, Sessions sessions, LogInLimits limits, Idempotency idempotency, Cache cache, Jobs jobs) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.limits = limits;
        this.idempotency = idempotency;
        this.cache = cache;
        this.jobs = jobs;
    }

    public void register(Routes routes) {
        routes.post("/api/accounts", Access.PUBLIC, idempotency.once(this::signUp));
        routes.post("/api/sessions", Access.PUBLIC, this::logIn); // not once: a replayed answer would have no cookie
        routes.delete("/api/sessions", Access.USER, this::logOutEverywhere);
        routes.delete("/api/sessions/current", Access.PUBLIC, this::logOut);
        routes.get("/api/me", Access.USER, context -> context.json(sessions.account(context)));
        routes.patch("/api/me", Access.USER, idempotency.once(this::rename));
        routes.get("/api/users/{id}", Access.PUBLIC, this::user);
    }

    private void signUp(Context context) {
        var request = Json.body(context, SignUp.class);
        NewAccount.check(request.email(), request.password(), request.name());
        limits.takeSignUp(context);
        var account = accounts.create(
                        request.email(), request.password(), request.name(), Account.Role.MEMBER, this::welcome)
                .orElseThrow(() -> DomainError.conflict("This address has an account already."));
        context.status(201).header("Location", "/api/users/" + account.id()).json(account);
    }

    private void welcome(Handle transaction, Account account) {
        jobs.enqueue(transaction, new SendWelcomeMail(account.id()));
    }

    private void logIn(Context context) {
        var request = Json.body(context, LogIn.class);
        var validation = new Validation();
        validation.text("email", request.email(), 1, 254);
        validation.text(
                "password",
                request.password() == null ? null : request.password().reveal(),
                1,
                128);
        validation.check();
        limits.take(context, LOG_IN, request.email());
        var account = accounts.logIn(request.email(), request.password())
                .orElseThrow(() -> DomainError.unauthenticated("The address or the password is wrong."));
        limits.giveBack(context, LOG_IN, request.email());
        sessions.start(context, account.id());
        context.status(201).json(account);
    }

    private void logOut(Context context) {
        sessions.end(context);
        context.status(204);
    }

    private void logOutEverywhere(Context context) {
        accounts.endSessions(Routes.caller(context).id());
        sessions.end(context);
        context.status(204);
    }

    private void rename(Context context) {
        var id = Routes.caller(context).id();
        var name = Json.body(context, Name.class).name();
        var validation = new Validation();
        validation.text("name", name, 1, 200);
        validation.check();
        accounts.rename(id, name);
        cache.forget(key(id));
        context.json(new Accounts.Public(id, name));
    }

    /** Reads through the cache: Redis first, PostgreSQL on a miss, and PostgreSQL alone while Redis is unavailable. */
    private void user(Context context) {
        var id = Params.uuid(context, "id");
        var user = cache.get(key(id), () -> accounts.findPublic(id).map(AccountRoutes::json))
                .orElseThrow(DomainError::notFound);
        context.contentType("application/json").result(user);
    }

    private static String key(UUID id) {
        return "user:" + id;
    }

    private static String json(Accounts.Public user) {
        try {
            return Json.MAPPER.writeValueAsString(user);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
