package academy.accounts;

import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.Env;
import dozen.http.ClientAddress;
import dozen.http.HttpSettings;
import dozen.http.Idempotency;
import dozen.http.Routes;
import dozen.jobs.Worker;
import dozen.services.RateLimits;
import java.time.Duration;

/** Sign-up, log-in, passwords and profiles. It tells the kit who sends a request. */
public final class AccountsFeature implements Feature {
    /**
     * The settings of accounts.
     *
     * @param sessionTtl how long a log-in lasts
     * @param passwordCost what a password's hash costs
     */
    public record Settings(Duration sessionTtl, Passwords.Cost passwordCost, LogInLimits.Rates limits) {
        public static Settings read(Env env) {
            return new Settings(
                    Duration.ofHours(env.setting("SESSION_TTL_HOURS", "how long a log-in lasts")
                            .integer(336, 1, 8760)),
                    passwordCost(env),
                    new LogInLimits.Rates(
                            env.setting("LOG_IN_TRIES_BY_ADDRESS", "failed log-ins from one network in 15 minutes")
                                    .integer(100, 1, 1_000_000),
                            env.setting("LOG_IN_TRIES_BY_ACCOUNT", "failed log-ins to one account in 15 minutes")
                                    .integer(10, 1, 1_000_000),
                            env.setting("SIGN_UPS_BY_ADDRESS", "new accounts from one network in 15 minutes")
                                    .integer(10, 1, 1_000_000)));
        }

        /**
         * The bounds of the memory, in KiB: 7,168 is the least that OWASP lists, and 1,048,576 still fits a small
         * container.
         */
        private static Passwords.Cost passwordCost(Env env) {
            var defaultValue = Passwords.Cost.DEFAULT;
            return new Passwords.Cost(
                    env.setting("ARGON2_MEMORY_KIB", "memory that a password's hash takes")
                            .integer(defaultValue.memoryKib(), 7_168, 1_048_576),
                    env.setting("ARGON2_ITERATIONS", "passes over the memory of a hash")
                            .integer(defaultValue.iterations(), 1, 20),
                    env.setting("ARGON2_LANES", "parallel lanes of a hash").integer(defaultValue.lanes(), 1, 16));
        }
    }

    private final Settings settings;
    private final HttpSettings http;
    private final Services services;
    private final Accounts accounts;
    private final ResetLinks resets;

    public AccountsFeature(Settings settings, HttpSettings http, Services services) {
        this.settings = settings;
        this.http = http;
        this.services = services;
        accounts = new Accounts(services.jdbi(), new Passwords(settings.passwordCost()));
        resets = new ResetLinks(services.signer(), accounts);
        services.mailer().onAnswer(accounts::mailRefused);
    }

    /** The accounts, for features that depend on this one. */
    public Accounts accounts() {
        return accounts;
    }

    @Override
    public void routes(Routes routes) {
        var redis = services.redis();
        var sessions = new Sessions(
                redis, accounts, settings.sessionTtl(), http.publicUrl().https());
        var limits = new LogInLimits(new RateLimits(redis), settings.limits());
        var clients = new ClientAddress(http.trustedProxyHops());
        var signUp = new SignUp(accounts, limits, services.jobs());
        var logIn = new LogIn(accounts, limits);
        var passwords = new PasswordChanges(services.jdbi(), accounts, resets, limits, services.jobs());
        var once = new Idempotency(services.jdbi(), services.signer());
        routes.authenticateBy(sessions);
        routes.document("/openapi/accounts.json");
        services.layout().asset("accounts/reset.js");
        new AccountRoutes(accounts, sessions, signUp, logIn, clients, once, services.cache()).register(routes);
        new PasswordRoutes(passwords, sessions, clients).register(routes);
        new AccountPages(services.layout(), sessions, signUp, logIn, passwords, clients).register(routes);
    }

    @Override
    public void jobs(Worker worker) {
        var mailer = services.mailer();
        worker.on(SendWelcomeMail.class, new SendWelcomeMail.Handler(accounts, mailer)::run)
                .on(SendPasswordReset.class, new SendPasswordReset.Handler(accounts, resets, mailer)::run);
    }

    @Override
    public void commands(Commands commands) {
        commands.variable("accounts", accounts);
        commands.task(
                "create-admin",
                CreateAdmin.ARGUMENTS,
                "the password on stdin or at a prompt",
                arguments -> CreateAdmin.run(accounts, arguments));
        commands.task(
                "backfill-completeness",
                "",
                "computes what old accounts lack",
                arguments -> BackfillCompleteness.run(services.jdbi(), arguments));
        commands.sample(() -> accounts.count() == 0, password -> {
            accounts.create("admin@example.com", password, "Ada Admin", Account.Role.ADMIN);
            accounts.create("learner@example.com", password, "Leo Learner", Account.Role.LEARNER);
            accounts.create("zoe@example.org", password, "Zoë Müller-O'Brien", Account.Role.LEARNER);
            accounts.create("olga@example.org", password, "Ольга", Account.Role.LEARNER);
        });
    }
}
