package dozen.http;

import dozen.domain.DomainError;
import dozen.security.Sha256;
import dozen.security.Signer;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Makes a write safe to repeat. When a caller repeats a request with the same Idempotency-Key within 24 hours, it gets
 * the first request's response again. Another body under that key gets 422. A request that arrives while the first is
 * still running gets 409. Only successes are kept, because a failure changed nothing.
 *
 * <p>The change and its response are written in one transaction; everything that the handler does through the same Jdbi
 * on its own thread joins it. A killed process therefore leaves both or neither, and the key is free again at once.
 */
public final class Idempotency {
    private static final Pattern SANE = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** A stored response, with the signature of the request that it belongs to. */
    private record StoredResponse(String request, int status, String location, String type, String body) {}

    /** Does the work that is slow or must not hold a database connection: validation, hashing a password. */
    @FunctionalInterface
    public interface Preparation<T> {
        T prepare(Context context) throws Exception;
    }

    /** Makes the change that happens once per key. */
    @FunctionalInterface
    public interface Change<T> {
        void run(Context context, T prepared) throws Exception;
    }

    private final Jdbi jdbi;
    private final Signer signer;
    private final Function<Context, String> caller;

    /**
     * @param signer signs the body, and only the signature is stored: a body may hold a password, and nobody can test
     *     guesses against the signature without the signer's key
     * @param caller names the sender of a request, so that callers do not share keys
     */
    public Idempotency(Jdbi jdbi, Signer signer, Function<Context, String> caller) {
        this.jdbi = jdbi;
        this.signer = signer;
        this.caller = caller;
    }

    /** Wraps a handler of JSON requests, so that it runs once for each key. */
    public Handler once(Handler handler) {
        return once(_ -> null, (context, _) -> handler.handle(context));
    }

    /**
     * Wraps a JSON handler in two steps, so that its change is made once for each key.
     *
     * @param prepare runs before the transaction, even when the request is a repeat
     * @param change runs inside the transaction, and not for a repeat
     */
    public <T> Handler once(Preparation<T> prepare, Change<T> change) {
        return context -> {
            var key = context.header("Idempotency-Key");
            if (key != null && !SANE.matcher(key).matches()) {
                throw Problem.badRequest("Idempotency-Key takes 1 to 255 visible ASCII characters.");
            }
            var prepared = prepare.prepare(context);
            if (key == null) {
                change.run(context, prepared);
                return;
            }
            var name = Sha256.hex(caller.apply(context), context.req().getMethod(), context.path(), key);
            var request = signer.sign("idempotency", new String(body(context), StandardCharsets.ISO_8859_1));
            jdbi.useTransaction(transaction -> {
                if (!lock(transaction, name)) {
                    throw DomainError.conflict("The first request with this key is still under way.");
                }
                var kept = find(transaction, name);
                if (kept.isPresent()) {
                    replay(context, kept.get(), request);
                    return;
                }
                change.run(context, prepared);
                if (context.statusCode() < 300) store(transaction, context, name, request);
            });
        };
    }

    private static byte[] body(Context context) {
        try {
            return Json.bytes(context);
        } catch (IOException e) {
            throw Problem.badRequest("The body did not arrive whole.");
        }
    }

    private static void replay(Context context, StoredResponse kept, String request) {
        if (!kept.request().equals(request)) {
            throw Problem.of(422, "This Idempotency-Key was used for another request.");
        }
        context.status(kept.status()).header("Idempotency-Replayed", "true");
        if (kept.location() != null) context.header("Location", kept.location());
        if (kept.type() != null) context.contentType(kept.type());
        context.result(kept.body());
    }

    /** Tries to lock the key until the transaction ends, by commit or rollback; false when another request holds it. */
    private static boolean lock(Handle transaction, String name) {
        return transaction
                .createQuery("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
                .bind("name", name)
                .mapTo(Boolean.class)
                .one();
    }

    private static Optional<StoredResponse> find(Handle transaction, String name) {
        return transaction
                .createQuery("""
                        SELECT request, status, location, type, body FROM idempotency_keys
                        WHERE name = :name AND created_at >= now() - interval '24 hours'
                        """)
                .bind("name", name)
                .map((row, _) -> new StoredResponse(
                        row.getString("request"),
                        row.getInt("status"),
                        row.getString("location"),
                        row.getString("type"),
                        row.getString("body")))
                .findOne();
    }

    private static void store(Handle transaction, Context context, String name, String request) throws IOException {
        var result = context.resultInputStream();
        var body = result == null ? new byte[0] : result.readAllBytes();
        context.result(body);
        transaction
                .createUpdate("""
                        INSERT INTO idempotency_keys (name, request, status, location, type, body)
                        VALUES (:name, :request, :status, :location, :type, :body)
                        ON CONFLICT (name) DO UPDATE SET request = excluded.request, status = excluded.status,
                            location = excluded.location, type = excluded.type, body = excluded.body, created_at = now()
                        """)
                .bind("name", name)
                .bind("request", request)
                .bind("status", context.statusCode())
                .bind("location", context.res().getHeader("Location"))
                .bind("type", context.res().getContentType())
                .bind("body", new String(body, StandardCharsets.UTF_8))
                .execute();
    }
}
