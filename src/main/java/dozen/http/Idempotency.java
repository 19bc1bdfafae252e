package dozen.http;

import dozen.domain.DomainError;
import dozen.security.Signer;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/**
 * Makes a write safe to repeat. When a caller repeats a request with the same Idempotency-Key within 24 hours, it gets
 * the first response again; with another body it gets 422, and while the first request runs 409. Only successes are
 * kept, because a failure changed nothing. The change and its response are one transaction, which everything joins that
 * the handler does through the same Jdbi on its own thread.
 *
 * @param signer signs the body, and only the signature is stored: a body may hold a password, and nobody can test
 *     guesses against the signature without the signer's key
 */
public record Idempotency(Jdbi jdbi, Signer signer) {
    /** A stored response, with the signature of the request that it belongs to. */
    private record StoredResponse(String request, int status, String location, String type, String body) {}

    /** Tells a handler that takes an Idempotency-Key from others. */
    interface Repeatable extends Handler {}

    private static final Pattern VALID_KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final RowMapper<StoredResponse> RESPONSE_MAPPER = ConstructorMapper.of(StoredResponse.class);

    /** Wraps a handler of JSON requests, so that it runs once for each key. */
    public Handler once(Handler handler) {
        return onceAfter(_ -> handler);
    }

    /**
     * Wraps a handler that runs once for each key, after work that is slow or must not hold a database connection, such
     * as hashing a password or counting a try. That work is done before the transaction, and returns the handler.
     */
    public Handler onceAfter(Function<Context, Handler> work) {
        return (Repeatable) context -> {
            var key = context.header("Idempotency-Key");
            if (key != null && !VALID_KEY.matcher(key).matches()) {
                throw new BadRequestResponse("Idempotency-Key takes 1 to 255 visible ASCII characters.");
            }
            if (key == null) {
                work.apply(context).handle(context);
                return;
            }
            // Callers do not share keys, except those that are not logged in: theirs must be random.
            var caller =
                    Routes.visitor(context).map(each -> each.id().toString()).orElse("anybody");
            var name = Signer.hash(caller, context.req().getMethod(), context.path(), key);
            var body = new String(Body.read(context, Json.TYPE), StandardCharsets.ISO_8859_1); // any bytes survive
            var request = signer.sign("idempotency", body);
            if (jdbi.withHandle(handle -> replay(handle, context, name, request))) return;
            var handler = work.apply(context);
            jdbi.useTransaction(transaction -> {
                lock(transaction, name);
                if (replay(transaction, context, name, request)) return; // another request stored it during the work
                handler.handle(context);
                if (context.statusCode() < 300) store(transaction, context, name, request);
            });
        };
    }

    /** Locks the key until the transaction ends, by commit or rollback. */
    private static void lock(Handle transaction, String name) {
        var isFree = transaction
                .select("SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))", name)
                .mapTo(Boolean.class)
                .one();
        if (!isFree) throw DomainError.conflict("The first request with this key is still under way.");
    }

    /** Sends the stored response; false when there is none. */
    private static boolean replay(Handle handle, Context context, String name, String request) {
        var stored = handle.select("""
                        SELECT request, status, location, type, body FROM idempotency_keys
                        WHERE name = ? AND created_at >= now() - interval '24 hours'
                        """, name).map(RESPONSE_MAPPER).findOne().orElse(null);
        if (stored == null) return false;
        if (!stored.request().equals(request)) {
            throw new HttpResponseException(422, "This Idempotency-Key was used for another request.");
        }
        context.status(stored.status()).header("Idempotency-Replayed", "true").result(stored.body());
        if (stored.location() != null) context.header("Location", stored.location());
        if (stored.type() != null) context.contentType(stored.type());
        return true;
    }

    private static void store(Handle transaction, Context context, String name, String request) throws IOException {
        var result = context.resultInputStream(); // read here, because Javalin's result() can't read every stream
        var body = result == null ? new byte[0] : result.readAllBytes();
        context.result(body);
        transaction.execute(
                """
                INSERT INTO idempotency_keys (name, request, status, location, type, body)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET request = excluded.request, status = excluded.status,
                    location = excluded.location, type = excluded.type, body = excluded.body, created_at = now()
                """,
                name,
                request,
                context.statusCode(),
                context.res().getHeader("Location"),
                context.res().getContentType(),
                new String(body, StandardCharsets.UTF_8));
    }
}
