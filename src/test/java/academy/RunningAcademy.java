package academy;

import academy.accounts.Account;
import academy.accounts.Accounts;
import academy.accounts.Passwords;
import dev.TestServices;
import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.config.Secret;
import dozen.testing.TestApp;
import dozen.testing.TestClient;
import dozen.testing.TestClient.Answer;
import java.util.HashMap;
import java.util.Map;

/** Academy as tests run it: its wiring, and how its people log in. */
public final class RunningAcademy {
    public static final String PASSWORD = "correct horse battery";

    private static final TestApp.Program PROGRAM = new TestApp.Program(
            (environment, lifecycle) -> Main.web(settings(environment), lifecycle),
            (environment, lifecycle) -> Main.worker(settings(environment), lifecycle),
            (environment, lifecycle) -> Main.commands(settings(environment), lifecycle),
            RunningAcademy::logIn);

    private RunningAcademy() {}

    public static TestApp start() {
        return start(Map.of());
    }

    /** @param changes settings that replace those of the shared test services */
    public static TestApp start(Map<String, String> changes) {
        return new TestApp(PROGRAM, changes);
    }

    // for files
    /** Starts Academy with file storage, too. */
    public static TestApp withFiles() {
        return withFiles(Map.of());
    }

    public static TestApp withFiles(Map<String, String> changes) {
        var all = new HashMap<>(TestServices.shared().s3().settings());
        all.putAll(changes);
        return start(all);
    }
    // end

    /** The settings as a process reads them. */
    public static Settings settings(Map<String, String> environment) {
        var env = new Env(environment);
        var settings = Settings.read(env, ProcessSettings.read(env));
        if (!env.faults().isEmpty())
            throw new IllegalArgumentException(env.faults().toString());
        return settings;
    }

    /** Somebody new signs up. A person whose address begins with "admin" is an admin, and all others are learners. */
    private static String logIn(TestApp app, String email) {
        if (app.count("SELECT count(*) FROM accounts WHERE lower(email) = lower('%s')".formatted(email)) == 0) {
            if (email.startsWith("admin")) createAdmin(app, email);
            else signUp(app.anyone(), email, "Somebody");
        }
        return logIn(app.anyone(), email, PASSWORD).is(201).cookie();
    }

    private static void createAdmin(TestApp app, String email) {
        new Accounts(app.jdbi(), new Passwords(Passwords.Cost.DEFAULT))
                .create(email, new Secret(PASSWORD), "Admin", Account.Role.ADMIN);
    }

    public static Answer logIn(TestClient caller, String email, String password) {
        return caller.post("/api/sessions", Map.of("email", email, "password", password));
    }

    /** Creates a learner's account; returns its id. */
    public static String signUp(TestClient caller, String email, String name) {
        var account = Map.of("email", email, "password", PASSWORD, "name", name);
        return caller.post("/api/accounts", account).is(201).text("/id");
    }
}
