package dozen.http;

import dozen.settings.Sha256;
import dozen.settings.Signer;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/**
 * Makes a write safe to repeat: with the same Idempotency-Key, from the same caller, the same request gets the first
 * one's answer again, for 24 hours. Another body under that key gets 422; one that comes while the first is still under
 * way gets 409. Only successes are kept, for a failure changed nothing.
 *
 * <p>When a process is killed between its change and keeping the answer, the key is free again after a minute, and the
 * repeated request meets what the first one made.
 */
public final class Idempotency {
    private static final Pattern SANE = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** What was kept; no status while the first is under way. */
    public record Kept(String request, Integer status, String location, String type, String body) {}

    private final Jdbi jdbi;
    private final Signer signer;
    private final Function<Context, String> caller;

    /**
     * @param signer for what is kept of a body, which may hold a password: without its key nobody can try guesses on it
     * @param caller who sends the request, so that nobody meets another one's keys
     */
    public Idempotency(Jdbi jdbi, Signer signer, Function<Context, String> caller) {
        this.jdbi = jdbi;
        this.signer = signer;
        this.caller = caller;
        jdbi.registerRowMapper(ConstructorMapper.factory(Kept.class));
    }

    /** The handler of a JSON request, run once for each key. */
    public Handler once(Handler handler) {
        return context -> {
            var key = context.header("Idempotency-Key");
            if (key == null) {
                handler.handle(context);
                return;
            }
            if (!SANE.matcher(key).matches()) {
                throw Problem.badRequest("Idempotency-Key takes 1 to 255 visible ASCII characters.");
            }
            var name = Sha256.hex(caller.apply(context), context.req().getMethod(), context.path(), key);
            var request = signer.sign("idempotency", new String(body(context), StandardCharsets.ISO_8859_1));
            var kept = claim(name, request);
            if (kept.isPresent()) again(context, kept.get(), request);
            else first(context, handler, name);
        };
    }

    private static byte[] body(Context context) {
        try {
            return Json.bytes(context);
        } catch (IOException e) {
            throw Problem.badRequest("The body did not arrive whole.");
        }
    }

    private void first(Context context, Handler handler, String name) throws Exception {
        var done = false;
        try {
            handler.handle(context);
            done = context.statusCode() < 300;
        } finally {
            if (done) keep(context, name);
            else forget(name);
        }
    }

    private static void again(Context context, Kept kept, String request) {
        if (!kept.request().equals(request)) {
            throw Problem.of(422, "This Idempotency-Key was used for another request.");
        }
        if (kept.status() == null) throw Problem.conflict("The first request with this key is still under way.");
        context.status(kept.status()).header("Idempotency-Replayed", "true");
        if (kept.location() != null) context.header("Location", kept.location());
        if (kept.type() != null) context.contentType(kept.type());
        context.result(kept.body());
    }

    /** Empty when the key is ours now. */
    private Optional<Kept> claim(String name, String request) {
        return jdbi.inTransaction(handle -> {
            var claimed = handle.createUpdate("""
                            INSERT INTO idempotency_keys AS kept (name, request) VALUES (:name, :request)
                            ON CONFLICT (name) DO UPDATE
                            SET request = excluded.request, status = NULL, body = NULL, created_at = now()
                            WHERE kept.created_at < now() - interval '24 hours'
                                OR kept.status IS NULL AND kept.created_at < now() - interval '1 minute'
                            """)
                    .bind("name", name)
                    .bind("request", request)
                    .execute();
            if (claimed == 1) return Optional.empty();
            return handle.createQuery("""
                            SELECT request, status, location, type, body FROM idempotency_keys WHERE name = :name
                            """).bind("name", name).mapTo(Kept.class).findOne();
        });
    }

    private void keep(Context context, String name) throws IOException {
        var result = context.resultInputStream();
        var body = result == null ? new byte[0] : result.readAllBytes();
        context.result(body);
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE idempotency_keys SET status = :status, location = :location, type = :type, body = :body
                        WHERE name = :name
                        """)
                .bind("status", context.statusCode())
                .bind("location", context.res().getHeader("Location"))
                .bind("type", context.res().getContentType())
                .bind("body", new String(body, StandardCharsets.UTF_8))
                .bind("name", name)
                .execute());
    }

    private void forget(String name) {
        jdbi.useHandle(handle -> handle.createUpdate("DELETE FROM idempotency_keys WHERE name = :name")
                .bind("name", name)
                .execute());
    }
}
