package academy.accounts;

import academy.pages.FormPost;
import academy.pages.Layout;
import dozen.config.Secret;
import dozen.http.Access;
import dozen.http.FormBody;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;

/** The forms to sign up, to log in and out, and to set a new password. They do what the API does. */
public final class AccountPages {
    private final Layout layout;
    private final Sessions sessions;
    private final AccountRoutes accounts;
    private final PasswordRoutes passwords;

    public AccountPages(Layout layout, Sessions sessions, AccountRoutes accounts, PasswordRoutes passwords) {
        this.layout = layout;
        this.sessions = sessions;
        this.accounts = accounts;
        this.passwords = passwords;
    }

    public void register(Routes routes) {
        routes.page("/sign-up", Access.PUBLIC, context -> signUpForm(context, List.of()));
        routes.form("/sign-up", Access.PUBLIC, this::signUp);
        routes.page("/log-in", Access.PUBLIC, context -> logInForm(context, List.of()));
        routes.form("/log-in", Access.PUBLIC, this::logIn);
        routes.form("/log-out", Access.PUBLIC, context -> {
            sessions.end(context);
            context.redirect("/", HttpStatus.SEE_OTHER);
        });
        routes.page("/reset", Access.PUBLIC, context -> resetForm(context, List.of(), false));
        routes.form("/reset", Access.PUBLIC, this::askForReset);
        routes.form("/reset/password", Access.PUBLIC, this::reset);
    }

    private void signUp(Context context) {
        FormPost.submit(
                context,
                () -> {
                    var request = new AccountRoutes.SignUp(
                            FormBody.text(context, "email").strip(),
                            password(context),
                            FormBody.text(context, "name").strip());
                    sessions.start(
                            context,
                            accounts.signUp(accounts.prepareSignUp(context, request))
                                    .id());
                    return ReturnTo.of(context);
                },
                faults -> signUpForm(context, faults));
    }

    private void signUpForm(Context context, List<String> faults) {
        layout.answer(
                context,
                "sign-up",
                "Sign up",
                Map.of(
                        "faults", faults,
                        "email", FormBody.text(context, "email"),
                        "name", FormBody.text(context, "name"),
                        "next", ReturnTo.of(context)));
    }

    private void logIn(Context context) {
        FormPost.submit(
                context,
                () -> {
                    accounts.logIn(
                            context,
                            new AccountRoutes.LogIn(
                                    FormBody.text(context, "email").strip(), password(context)));
                    return ReturnTo.of(context);
                },
                faults -> logInForm(context, faults));
    }

    private void logInForm(Context context, List<String> faults) {
        layout.answer(
                context,
                "log-in",
                "Log in",
                Map.of("faults", faults, "email", FormBody.text(context, "email"), "next", ReturnTo.of(context)));
    }

    private void askForReset(Context context) {
        FormPost.submit(
                context,
                () -> {
                    passwords.request(
                            context,
                            new PasswordRoutes.ResetRequest(
                                    FormBody.text(context, "email").strip()));
                    return "/reset?sent=yes";
                },
                faults -> resetForm(context, faults, false));
    }

    private void reset(Context context) {
        FormPost.submit(
                context,
                () -> {
                    passwords.reset(new PasswordRoutes.Reset(
                            new Secret(FormBody.text(context, "token").strip()), password(context)));
                    return "/log-in?changed=yes";
                },
                faults -> resetForm(context, faults, true));
    }

    /** @param withToken shows the second form, for a caller who followed the mailed link and so has a token */
    private void resetForm(Context context, List<String> faults, boolean withToken) {
        layout.answer(
                context,
                "reset",
                "A new password",
                Map.of(
                        "faults",
                        faults,
                        "sent",
                        Params.query(context, "sent") != null,
                        "withToken",
                        withToken,
                        "email",
                        FormBody.text(context, "email"),
                        "token",
                        FormBody.text(context, "token")));
    }

    private static Secret password(Context context) {
        return new Secret(FormBody.text(context, "password"));
    }
}
