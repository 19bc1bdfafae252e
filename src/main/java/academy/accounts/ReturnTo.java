package academy.accounts;

import dozen.http.Params;
import io.javalin.http.Context;
import java.util.regex.Pattern;

/**
 * Tells where to go after logging in. Only pages of this site are allowed; otherwise a link could lead from here to
 * anywhere.
 */
final class ReturnTo {
    private static final Pattern OWN = Pattern.compile("/[A-Za-z0-9_-][A-Za-z0-9_/?=&.%-]{0,500}");

    private ReturnTo() {}

    static String of(Context context) {
        var sent = Params.form(context, "next");
        var asked = sent.isEmpty() ? String.valueOf(Params.query(context, "next")) : sent;
        return OWN.matcher(asked).matches() ? asked : "/";
    }
}
