package academy.accounts;

import dozen.config.Secret;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import dozen.services.ServiceUnavailable;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The forms to sign up, to log in and out, and to set a new password. They do what the API does. */
record AccountPages(Layout layout, Sessions sessions, Authentication authentication) {
    private static final Pattern OWN_PAGE = Pattern.compile("/[A-Za-z0-9_-][A-Za-z0-9_/?=&.%-]{0,500}");

    void register(Routes routes) {
        routes.page("/sign-up", Access.PUBLIC, context -> signUpForm(context, List.of()));
        routes.form("/sign-up", Access.PUBLIC, submit(this::signUp, this::signUpForm));
        routes.page("/log-in", Access.PUBLIC, context -> logInForm(context, List.of()));
        routes.form("/log-in", Access.PUBLIC, submit(this::logIn, this::logInForm));
        routes.form("/log-out", Access.PUBLIC, this::logOut);
        routes.page("/reset", Access.PUBLIC, context -> resetForm(context, List.of()));
        routes.form("/reset", Access.PUBLIC, submit(this::requestReset, this::resetForm));
        routes.form("/reset/password", Access.PUBLIC, submit(this::reset, this::resetForm));
    }

    /**
     * @param work does what the form asks for, and returns the page to go on to
     * @param form shows the form again, with what was wrong
     */
    private static Handler submit(Function<Context, String> work, BiConsumer<Context, List<String>> form) {
        return context -> Routes.submit(context, () -> work.apply(context), faults -> form.accept(context, faults));
    }

    private String signUp(Context context) {
        var request =
                new Authentication.SignUp(stripped(context, "email"), password(context), stripped(context, "name"));
        var account = authentication.signUp(authentication.prepare(Routes.network(context), request));
        try {
            sessions.start(context, account);
            return next(context);
        } catch (RuntimeException e) {
            if (!ServiceUnavailable.isCauseOf(e)) throw e;
            return "/log-in"; // Redis is away; the account is there all the same, and its owner can log in later
        }
    }

    private void signUpForm(Context context, List<String> faults) {
        var values = Map.of(
                "faults", faults,
                "email", Params.form(context, "email"),
                "name", Params.form(context, "name"),
                "next", next(context));
        layout.answer(context, "accounts/sign-up", "Sign up", values);
    }

    private String logIn(Context context) {
        var request = new Authentication.LogIn(stripped(context, "email"), password(context));
        sessions.start(context, authentication.logIn(Routes.network(context), request));
        return next(context);
    }

    private void logInForm(Context context, List<String> faults) {
        var values = Map.of("faults", faults, "email", Params.form(context, "email"), "next", next(context));
        layout.answer(context, "accounts/log-in", "Log in", values);
    }

    private void logOut(Context context) {
        sessions.end(context);
        context.redirect("/", HttpStatus.SEE_OTHER);
    }

    private String requestReset(Context context) {
        var request = new Authentication.ResetRequest(stripped(context, "email"));
        authentication.requestReset(Routes.network(context), request);
        return "/reset?sent=yes";
    }

    private String reset(Context context) {
        authentication.reset(new Authentication.Reset(new Secret(stripped(context, "token")), password(context)));
        return "/log-in";
    }

    /** A caller who followed the mailed link, and so has a token, sees the second form alone. */
    private void resetForm(Context context, List<String> faults) {
        var values = Map.of(
                "faults", faults,
                "sent", Params.query(context, "sent") != null,
                "withToken", context.path().equals("/reset/password"),
                "email", Params.form(context, "email"),
                "token", Params.form(context, "token"));
        layout.answer(context, "accounts/reset", "A new password", values);
    }

    private static Secret password(Context context) {
        return new Secret(Params.form(context, "password"));
    }

    private static String stripped(Context context, String field) {
        return Params.form(context, field).strip();
    }

    /**
     * Returns where to go after logging in. Only pages of this site are allowed; otherwise a link could lead from here
     * to anywhere.
     */
    private static String next(Context context) {
        var sent = Params.form(context, "next");
        var asked = sent.isEmpty() ? String.valueOf(Params.query(context, "next")) : sent;
        return OWN_PAGE.matcher(asked).matches() ? asked : "/";
    }
}
