package academy.accounts;

import dozen.http.FormBody;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Where to go after logging in: a page of this site alone, or a link could lead from here to anywhere. */
public final class Next {
    private static final Pattern OWN = Pattern.compile("/[A-Za-z0-9_-][A-Za-z0-9_/?=&.%-]{0,500}");

    /** A page that is about somebody. */
    @FunctionalInterface
    public interface Page {
        void answer(Context context, Account account) throws Exception;
    }

    private Next() {}

    static String of(Context context) {
        var sent = FormBody.text(context, "next");
        var asked = sent.isEmpty() ? String.valueOf(context.queryParam("next")) : sent;
        return OWN.matcher(asked).matches() ? asked : "/";
    }

    /** For who is logged in; others are sent to log in, and then back. */
    public static Handler loggedIn(Sessions sessions, Page page) {
        return context -> {
            var account = sessions.current(context);
            if (account.isPresent()) page.answer(context, account.get());
            else context.redirect("/log-in?next=" + back(context), HttpStatus.SEE_OTHER);
        };
    }

    /** What a form sent is lost, so to the beginning. */
    private static String back(Context context) {
        var path = context.method().toString().equals("GET") ? context.path() : "/";
        return URLEncoder.encode(path, StandardCharsets.UTF_8);
    }
}
