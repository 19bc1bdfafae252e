package academy.accounts;

import dozen.http.Access;
import dozen.http.ClientAddress;
import dozen.http.Json;
import dozen.http.Routes;
import io.javalin.http.Context;

/** The API for passwords. */
final class PasswordRoutes {
    private final PasswordChanges passwords;
    private final Sessions sessions;
    private final ClientAddress clients;

    PasswordRoutes(PasswordChanges passwords, Sessions sessions, ClientAddress clients) {
        this.passwords = passwords;
        this.sessions = sessions;
        this.clients = clients;
    }

    void register(Routes routes) {
        routes.put("/api/me/password", Access.USER, this::change);
        routes.post("/api/password-resets", Access.PUBLIC, context -> {
            passwords.request(clients.network(context), Json.body(context, PasswordChanges.ResetRequest.class));
            context.status(202);
        });
        // The token comes in the body, because paths are logged.
        routes.put("/api/password-resets", Access.PUBLIC, context -> {
            passwords.reset(Json.body(context, PasswordChanges.Reset.class));
            context.status(204);
        });
    }

    /** Changes the password. Every other session ends; this one continues with a new token. */
    private void change(Context context) {
        var account = sessions.account(context);
        passwords.change(clients.network(context), account, Json.body(context, PasswordChanges.Change.class));
        sessions.start(context, account.id());
        context.status(204);
    }
}
