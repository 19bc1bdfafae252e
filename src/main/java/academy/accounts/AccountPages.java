package academy.accounts;

import dozen.config.Secret;
import dozen.http.Access;
import dozen.http.ClientAddress;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import dozen.services.TransientFailures;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;

/** The forms to sign up, to log in and out, and to set a new password. They do what the API does. */
final class AccountPages {
    private final Layout layout;
    private final Sessions sessions;
    private final SignUp signUp;
    private final LogIn logIn;
    private final PasswordChanges passwords;
    private final ClientAddress clients;

    AccountPages(
            Layout layout,
            Sessions sessions,
            SignUp signUp,
            LogIn logIn,
            PasswordChanges passwords,
            ClientAddress clients) {
        this.layout = layout;
        this.sessions = sessions;
        this.signUp = signUp;
        this.logIn = logIn;
        this.passwords = passwords;
        this.clients = clients;
    }

    void register(Routes routes) {
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
        Layout.submit(
                context,
                () -> {
                    var request = new SignUp.Request(
                            Params.form(context, "email").strip(),
                            password(context),
                            Params.form(context, "name").strip());
                    var account = signUp.create(signUp.prepare(clients.network(context), request));
                    return startSession(context, account) ? ReturnTo.of(context) : "/log-in";
                },
                faults -> signUpForm(context, faults));
    }

    /** Returns false while Redis is away: the account is there all the same, and its owner can log in later. */
    private boolean startSession(Context context, Account account) {
        try {
            sessions.start(context, account.id());
            return true;
        } catch (RuntimeException e) {
            if (!TransientFailures.isTransient(e)) throw e;
            return false;
        }
    }

    private void signUpForm(Context context, List<String> faults) {
        layout.answer(
                context,
                "accounts/sign-up",
                "Sign up",
                Map.of(
                        "faults", faults,
                        "email", Params.form(context, "email"),
                        "name", Params.form(context, "name"),
                        "next", ReturnTo.of(context)));
    }

    private void logIn(Context context) {
        Layout.submit(
                context,
                () -> {
                    var request =
                            new LogIn.Request(Params.form(context, "email").strip(), password(context));
                    sessions.start(context, logIn.check(clients.network(context), request));
                    return ReturnTo.of(context);
                },
                faults -> logInForm(context, faults));
    }

    private void logInForm(Context context, List<String> faults) {
        layout.answer(
                context,
                "accounts/log-in",
                "Log in",
                Map.of("faults", faults, "email", Params.form(context, "email"), "next", ReturnTo.of(context)));
    }

    private void askForReset(Context context) {
        Layout.submit(
                context,
                () -> {
                    passwords.request(
                            clients.network(context),
                            new PasswordChanges.ResetRequest(
                                    Params.form(context, "email").strip()));
                    return "/reset?sent=yes";
                },
                faults -> resetForm(context, faults, false));
    }

    private void reset(Context context) {
        Layout.submit(
                context,
                () -> {
                    passwords.reset(new PasswordChanges.Reset(
                            new Secret(Params.form(context, "token").strip()), password(context)));
                    return "/log-in?changed=yes";
                },
                faults -> resetForm(context, faults, true));
    }

    /** @param withToken shows the second form, for a caller who followed the mailed link and so has a token */
    private void resetForm(Context context, List<String> faults, boolean withToken) {
        layout.answer(
                context,
                "accounts/reset",
                "A new password",
                Map.of(
                        "faults",
                        faults,
                        "sent",
                        Params.query(context, "sent") != null,
                        "withToken",
                        withToken,
                        "email",
                        Params.form(context, "email"),
                        "token",
                        Params.form(context, "token")));
    }

    private static Secret password(Context context) {
        return new Secret(Params.form(context, "password"));
    }
}
