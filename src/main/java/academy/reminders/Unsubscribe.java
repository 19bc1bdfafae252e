package academy.reminders;

import academy.accounts.Accounts;
import academy.pages.Layout;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Problem;
import dozen.http.PublicUrl;
import dozen.http.Routes;
import dozen.security.Signer;
import io.javalin.http.Context;
import java.util.Map;
import java.util.UUID;

/**
 * The signed unsubscribe link in every digest and reminder. Opening it changes nothing, because mail servers follow
 * links. The button on its page unsubscribes, and so does the one click that mail programs offer (RFC 8058).
 */
public final class Unsubscribe {
    private static final String PURPOSE = "unsubscribe";

    /** Makes the links. */
    public record Links(Signer signer, PublicUrl publicUrl) {
        String to(UUID account) {
            return publicUrl.link("/unsubscribe?account=%s&signature=%s"
                    .formatted(account, signer.sign(PURPOSE, account.toString())));
        }

        /** The headers that offer the link to mail programs (RFC 8058). */
        Map<String, String> headers(UUID account) {
            return Map.of(
                    "List-Unsubscribe",
                    "<%s>".formatted(to(account)),
                    "List-Unsubscribe-Post",
                    "List-Unsubscribe=One-Click");
        }
    }

    private final Accounts accounts;
    private final Signer signer;
    private final Layout layout;

    public Unsubscribe(Accounts accounts, Signer signer, Layout layout) {
        this.accounts = accounts;
        this.signer = signer;
        this.layout = layout;
    }

    public void register(Routes routes) {
        routes.page("/unsubscribe", Access.PUBLIC, context -> {
            account(context);
            page(context, false);
        });
        // RFC 8058: a mail provider's own page sends this request.
        routes.signedForm("/unsubscribe", context -> {
            accounts.unsubscribe(account(context));
            page(context, true);
        });
    }

    private UUID account(Context context) {
        var account = String.valueOf(Params.query(context, "account"));
        if (!signer.matches(Params.query(context, "signature"), PURPOSE, account)) {
            throw Problem.badRequest("This link is none of ours, or was cut off.");
        }
        return UUID.fromString(account);
    }

    private void page(Context context, boolean done) {
        layout.answer(context, "unsubscribe", "Digests and reminders", Map.of("done", done));
    }
}
