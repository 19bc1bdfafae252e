package academy.reminders;

import academy.accounts.Accounts;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.Map;
import java.util.UUID;

/**
 * The page behind the unsubscribe link. Opening it changes nothing, because mail servers follow links. The button on it
 * unsubscribes, and so does the one click that mail programs offer (RFC 8058).
 */
record UnsubscribePages(Accounts accounts, UnsubscribeLinks links, Layout layout) {
    void register(Routes routes) {
        routes.page("/unsubscribe", Access.PUBLIC, context -> {
                    account(context);
                    page(context, false);
                })
                .summary("Asks whether to send no more digests and reminders")
                .query("account", "as in the link")
                .query("signature", "as in the link")
                .returns(200, "text/html");
        // RFC 8058: a mail provider's own page sends this request.
        routes.signedForm("/unsubscribe", context -> {
                    accounts.change(account(context), profile -> profile.withLetters(false), () -> {});
                    page(context, true);
                })
                .summary("No more digests and reminders (RFC 8058)")
                .query("account", "as in the link")
                .query("signature", "as in the link")
                .returns(200, "text/html");
    }

    private UUID account(Context context) {
        var account = String.valueOf(Params.query(context, "account"));
        if (!links.isOurs(account, Params.query(context, "signature"))) {
            throw new BadRequestResponse("This link is not valid, or was cut off.");
        }
        return UUID.fromString(account);
    }

    private void page(Context context, boolean done) {
        layout.answer(context, "reminders/unsubscribe", "Digests and reminders", Map.of("done", done));
    }
}
