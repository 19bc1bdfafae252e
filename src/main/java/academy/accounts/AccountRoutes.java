package academy.accounts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Idempotency;
import dozen.http.Json;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.services.Cache;
import dozen.services.ServiceUnavailable;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.UUID;

/** The API for sign-up, log-in and log-out, the caller's own account, passwords, and what others see of an account. */
record AccountRoutes(
        Accounts accounts, Sessions sessions, Authentication authentication, Idempotency idempotency, Cache cache) {
    void register(Routes routes) {
        routes.post("/api/accounts", Access.PUBLIC, idempotency.onceAfter(this::signUp))
                .summary("Sign up")
                .takes(Authentication.SignUp.class)
                .returns(201, Account.class);
        routes.post("/api/sessions", Access.PUBLIC, this::logIn) // no Idempotency: a replay would have no cookie
                .summary("Log in; the answer sets the session's cookie")
                .takes(Authentication.LogIn.class)
                .returns(201, Account.class);
        routes.delete("/api/sessions", Access.USER, this::logOutEverywhere)
                .summary("Log out everywhere")
                .returns(204);
        routes.delete("/api/sessions/current", Access.PUBLIC, this::logOut)
                .summary("Log out")
                .returns(204);
        routes.get("/api/me", Access.USER, context -> context.json(sessions.account(context)))
                .summary("The caller's account")
                .returns(200, Account.class);
        routes.patch("/api/me", Access.USER, idempotency.once(this::change))
                .summary("Update the caller's profile")
                .changes(Account.Profile.class)
                .returns(200, Account.class);
        routes.put("/api/me/password", Access.USER, this::changePassword)
                .summary("Change the caller's password; every other session ends")
                .takes(Authentication.PasswordChange.class)
                .returns(204);
        routes.post("/api/password-resets", Access.PUBLIC, this::requestReset)
                .summary("Ask for a link to a new password, which is mailed if the address has an account")
                .takes(Authentication.ResetRequest.class)
                .returns(202);
        routes.put("/api/password-resets", Access.PUBLIC, this::reset)
                .summary("Set a new password with the token of that link; every session ends")
                .takes(Authentication.Reset.class)
                .returns(204);
        routes.get("/api/users/{id}", Access.PUBLIC, this::user)
                .summary("The public part of an account")
                .returns(200, Accounts.Public.class);
    }

    private Handler signUp(Context context) {
        var checked = authentication.prepare(Routes.network(context), Json.body(context, Authentication.SignUp.class));
        return _ -> {
            var account = authentication.signUp(checked);
            context.status(201).header("Location", "/api/users/" + account.id()).json(account);
        };
    }

    private void logIn(Context context) {
        var account = authentication.logIn(Routes.network(context), Json.body(context, Authentication.LogIn.class));
        sessions.start(context, account);
        context.status(201).json(account);
    }

    private void logOut(Context context) {
        sessions.end(context);
        context.status(204);
    }

    private void logOutEverywhere(Context context) {
        accounts.endSessions(Routes.caller(context).id());
        logOut(context);
    }

    private void change(Context context) {
        var id = Routes.caller(context).id();
        var change = Json.body(context, ObjectNode.class);
        var account = accounts.change(
                        id,
                        profile -> Json.merge(change, profile, Account.Profile.class)
                                .checked(profile),
                        () -> cache.evict(key(id)))
                .orElseThrow(DomainError::notFound);
        context.json(account);
    }

    /** Changes the password. Every other session ends; this one continues with a new token, unless Redis is away. */
    private void changePassword(Context context) {
        var request = Json.body(context, Authentication.PasswordChange.class);
        var account = authentication.changePassword(Routes.network(context), sessions.account(context), request);
        try {
            sessions.start(context, account);
        } catch (RuntimeException e) {
            if (!ServiceUnavailable.isCauseOf(e)) throw e; // the password is changed, so the caller logs in anew
        }
        context.status(204);
    }

    private void requestReset(Context context) {
        authentication.requestReset(Routes.network(context), Json.body(context, Authentication.ResetRequest.class));
        context.status(202);
    }

    /** The token comes in the body, because paths are logged. */
    private void reset(Context context) {
        authentication.reset(Json.body(context, Authentication.Reset.class));
        context.status(204);
    }

    /** Reads through the cache: Redis first, PostgreSQL on a miss, and PostgreSQL alone while Redis is unavailable. */
    private void user(Context context) {
        var id = Params.uuid(context, "id");
        var json = context.jsonMapper();
        var user = cache.get(
                        key(id),
                        () -> accounts.findPublic(id).map(found -> json.toJsonString(found, Accounts.Public.class)))
                .orElseThrow(DomainError::notFound);
        context.contentType("application/json").result(user);
    }

    private static String key(UUID id) {
        return "user:" + id;
    }
}
