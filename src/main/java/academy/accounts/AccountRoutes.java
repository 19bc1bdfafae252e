package academy.accounts;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.http.Fields;
import dozen.http.Json;
import dozen.http.Path;
import dozen.http.Problem;
import dozen.jobs.Jobs;
import dozen.resources.Cache;
import dozen.settings.Secret;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import org.jdbi.v3.core.Handle;

/** Sign-up, log-in and log-out, one's own account, and what others see of it. */
public final class AccountRoutes {
    record SignUp(String email, Secret password, String name) {}

    record LogIn(String email, Secret password) {}

    private final Accounts accounts;
    private final Sessions sessions;
    private final Cache cache;
    private final Jobs jobs;

    public AccountRoutes(Accounts accounts, Sessions sessions, Cache cache, Jobs jobs) {
        this.jobs = jobs;
        this.accounts = accounts;
        this.sessions = sessions;
        this.cache = cache;
    }

    public void register(RoutesConfig routes) {
        routes.post("/api/accounts", this::signUp);
        routes.post("/api/sessions", this::logIn);
        routes.delete("/api/sessions/current", this::logOut);
        routes.get("/api/me", context -> context.json(sessions.require(context)));
        routes.get("/api/users/{id}", this::user);
    }

    private void signUp(Context context) {
        var request = Json.body(context, SignUp.class);
        NewAccount.check(request.email(), request.password(), request.name());
        var account = accounts.create(
                        request.email(), request.password(), request.name(), Account.Role.LEARNER, this::welcome)
                .orElseThrow(() -> Problem.conflict("This address has an account already."));
        context.status(201).header("Location", "/api/users/" + account.id()).json(account);
    }

    private void welcome(Handle transaction, Account account) {
        jobs.enqueue(transaction, new SendWelcomeMail(account.id()));
    }

    private void logIn(Context context) {
        var request = Json.body(context, LogIn.class);
        var fields = new Fields();
        fields.text("email", request.email(), 1, 254);
        fields.text(
                "password",
                request.password() == null ? null : request.password().reveal(),
                1,
                128);
        fields.check();
        var account = accounts.logIn(request.email(), request.password())
                .orElseThrow(() -> Problem.unauthorized("The address or the password is wrong."));
        sessions.start(context, account.id());
        context.status(201).json(account);
    }

    private void logOut(Context context) {
        sessions.end(context);
        context.status(204);
    }

    /** The cached read: Redis first, PostgreSQL on a miss, PostgreSQL alone while Redis is away. */
    private void user(Context context) {
        var id = Path.uuid(context, "id");
        var user = cache.get("user:" + id, () -> accounts.findPublic(id).map(AccountRoutes::json))
                .orElseThrow(Problem::notFound);
        context.contentType("application/json").result(user);
    }

    private static String json(Accounts.Public user) {
        try {
            return Json.MAPPER.writeValueAsString(user);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
