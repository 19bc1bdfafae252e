package academy.accounts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.ClientAddress;
import dozen.http.Idempotency;
import dozen.http.Json;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.services.Cache;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.UUID;

/** The API for sign-up, log-in and log-out, the caller's own account, and what others see of it. */
final class AccountRoutes {
    private final Accounts accounts;
    private final Sessions sessions;
    private final SignUp signUp;
    private final LogIn logIn;
    private final ClientAddress clients;
    private final Idempotency idempotency;
    private final Cache cache;

    AccountRoutes(
            Accounts accounts,
            Sessions sessions,
            SignUp signUp,
            LogIn logIn,
            ClientAddress clients,
            Idempotency idempotency,
            Cache cache) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.signUp = signUp;
        this.logIn = logIn;
        this.clients = clients;
        this.idempotency = idempotency;
        this.cache = cache;
    }

    void register(Routes routes) {
        routes.post("/api/accounts", Access.PUBLIC, idempotency.onceAfter(this::signUp));
        routes.post("/api/sessions", Access.PUBLIC, this::logIn); // no Idempotency: a replay would have no cookie
        routes.delete("/api/sessions", Access.USER, this::logOutEverywhere);
        routes.delete("/api/sessions/current", Access.PUBLIC, this::logOut);
        routes.get("/api/me", Access.USER, context -> context.json(sessions.account(context)));
        routes.patch("/api/me", Access.USER, idempotency.once(this::change));
        routes.get("/api/users/{id}", Access.PUBLIC, this::user);
    }

    private Handler signUp(Context context) {
        var checked = signUp.prepare(clients.network(context), Json.body(context, SignUp.Request.class));
        return _ -> {
            var account = signUp.create(checked);
            context.status(201).header("Location", "/api/users/" + account.id()).json(account);
        };
    }

    private void logIn(Context context) {
        var loggedIn = logIn.check(clients.network(context), Json.body(context, LogIn.Request.class));
        sessions.start(context, loggedIn);
        context.status(201).json(loggedIn.account());
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

    private void change(Context context) {
        var id = Routes.caller(context).id();
        var change = Json.body(context, ObjectNode.class);
        var account = accounts.change(
                        id,
                        profile -> {
                            var changed = Json.merge(change, profile, Profile.class);
                            changed.check(profile);
                            return changed;
                        },
                        () -> cache.evict(key(id)))
                .orElseThrow(DomainError::notFound);
        context.json(account);
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
