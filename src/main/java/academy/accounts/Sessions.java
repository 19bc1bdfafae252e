package academy.accounts;

import dozen.domain.Caller;
import dozen.http.Routes;
import dozen.security.Signer;
import dozen.services.Redis;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import redis.clients.jedis.params.SetParams;

/**
 * Sessions in Redis, shared by all web processes. The cookie holds a random token of 256 bits. Redis holds only its
 * hash, so a copy of Redis opens no session.
 */
record Sessions(Redis redis, Accounts accounts, Duration lasts) {
    private static final int TOKEN_BYTES = 32;
    private static final String ACCOUNT = "academy.account";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Starts a session with a new token, and ends the session that came with the request. */
    void start(Context context, Account account) {
        end(context);
        var bytes = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var value = account.id() + " " + account.sessionGeneration();
        redis.client().set(key(token), value, SetParams.setParams().ex(lasts.toSeconds()));
        setCookie(context, token, (int) lasts.toSeconds());
    }

    void end(Context context) {
        var token = context.cookie(cookie(context));
        if (token == null) return;
        redis.client().del(key(token));
        setCookie(context, "", 0);
    }

    /** Returns the account that is logged in, for a route that is not public; otherwise it may fail. */
    Account account(Context context) {
        return current(context).orElseThrow();
    }

    Optional<Caller> caller(Context context) {
        return current(context)
                .map(account -> new Caller(account.id(), account.name(), account.role() == Account.Role.ADMIN));
    }

    /** Returns the account that is logged in, if any. It is looked up once per request. */
    private Optional<Account> current(Context context) {
        Optional<Account> kept = context.attribute(ACCOUNT);
        if (kept != null) return kept;
        var account = Optional.ofNullable(context.cookie(cookie(context)))
                .flatMap(token -> redis.get(key(token)))
                .map(value -> value.split(" "))
                .flatMap(parts -> accounts.find(UUID.fromString(parts[0]), Integer.parseInt(parts[1])));
        context.attribute(ACCOUNT, account);
        return account;
    }

    private void setCookie(Context context, String value, int seconds) {
        var https = Routes.isHttps(context);
        context.cookie(new Cookie(cookie(context), value, "/", seconds, https, true, null, SameSite.LAX));
    }

    private static String cookie(Context context) {
        return Routes.isHttps(context) ? "__Host-session" : "session";
    }

    private static String key(String token) {
        return "session:" + Signer.hash(token);
    }
}
