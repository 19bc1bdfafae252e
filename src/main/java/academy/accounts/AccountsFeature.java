package academy.accounts;

import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.Env;
import dozen.http.Idempotency;
import dozen.http.Routes;
import dozen.jobs.Worker;
import dozen.services.RateLimits;
import dozen.services.RateLimits.Rate;
import java.time.Duration;

/** Sign-up, log-in, passwords and profiles. It tells the kit who sends a request. */
public final class AccountsFeature implements Feature {
    /** The settings of accounts. */
    public record Settings(Duration sessionTtl, Passwords.Cost passwordCost, Authentication.Rates rates) {
        /**
         * The bounds of the memory, in KiB: 7,168 is the least that OWASP lists. A hash that takes more than half of the
         * heap is a fault, because one log-in could end the process.
         */
        public static Settings read(Env env) {
            var cost = Passwords.Cost.DEFAULT;
            var ttl =
                    env.setting("SESSION_TTL_HOURS", "how long a log-in lasts").integer(336, 1, 8760);
            var memory = env.setting("ARGON2_MEMORY_KIB", "memory that a password's hash takes")
                    .integer(cost.memoryKib(), 7_168, 1_048_576);
            if (memory * 2048L > Runtime.getRuntime().maxMemory()) {
                env.fault("ARGON2_MEMORY_KIB is more than half of the heap; JAVA_TOOL_OPTIONS=-Xmx1g allows more");
            }
            return new Settings(
                    Duration.ofHours(ttl),
                    new Passwords.Cost(
                            memory,
                            env.setting("ARGON2_ITERATIONS", "passes over the memory of a hash")
                                    .integer(cost.iterations(), 1, 20),
                            env.setting("ARGON2_LANES", "parallel lanes of a hash")
                                    .integer(cost.lanes(), 1, 16)),
                    new Authentication.Rates(
                            rate(
                                    env,
                                    "LOG_IN_TRIES_BY_ADDRESS",
                                    "failed log-ins (or password changes, or resets) from one network",
                                    100),
                            rate(
                                    env,
                                    "LOG_IN_TRIES_BY_ACCOUNT",
                                    "failed log-ins (or password changes) to one account",
                                    10),
                            rate(env, "SIGN_UPS_BY_ADDRESS", "sign-ups from one network", 10)));
        }

        private static Rate rate(Env env, String name, String what, int defaultValue) {
            var max = env.setting(name, what + " per 15 minutes").integer(defaultValue, 1, 1_000_000);
            return new Rate(max, Duration.ofMinutes(15));
        }
    }

    private final Settings settings;
    private final Services services;
    private final Accounts accounts;
    private final ResetLinks resets;

    public AccountsFeature(Settings settings, Services services) {
        this.settings = settings;
        this.services = services;
        accounts = new Accounts(services.jdbi(), new Passwords(settings.passwordCost()));
        resets = new ResetLinks(accounts, services.signer(), services.mailer());
        services.mailer().onAnswer(accounts::mailRefused);
    }

    /** The accounts, for features that depend on this one. */
    public Accounts accounts() {
        return accounts;
    }

    @Override
    public void routes(Routes routes) {
        var redis = services.redis();
        var sessions = new Sessions(redis, accounts, settings.sessionTtl());
        var authentication = new Authentication(
                services.jdbi(), services.jobs(), accounts, resets, new RateLimits(redis), settings.rates());
        var once = new Idempotency(services.jdbi(), services.signer());
        routes.authenticateBy(sessions::caller);
        new AccountRoutes(accounts, sessions, authentication, once, services.cache()).register(routes);
        new AccountPages(services.layout(), sessions, authentication).register(routes);
    }

    @Override
    public void jobs(Worker worker) {
        worker.on(SendWelcomeMail.class, new SendWelcomeMail.Handler(accounts, services.mailer())::run)
                .on(ResetLinks.SendPasswordReset.class, resets::send);
    }

    @Override
    public void commands(Commands commands) {
        commands.variable("accounts", accounts);
        var tasks = new AccountTasks(accounts, services.jdbi());
        commands.task("create-admin", "EMAIL NAME", "the password on stdin or at a prompt", tasks::createAdmin);
        commands.task("set-role", "EMAIL ROLE", "learner or admin", tasks::setRole);
        var how = "the password on stdin or at a prompt; ends the account's sessions";
        commands.task("change-password", "EMAIL", how, tasks::changePassword);
        commands.task("backfill-completeness", "", "computes what old accounts lack", tasks::backfillCompleteness);
        commands.sample(() -> accounts.count() == 0, password -> {
            accounts.create("admin@example.com", password, "Ada Admin", Account.Role.ADMIN);
            accounts.create("learner@example.com", password, "Leo Learner", Account.Role.LEARNER);
            accounts.create("zoe@example.org", password, "Zoë Müller-O'Brien", Account.Role.LEARNER);
            accounts.create("olga@example.org", password, "Ольга", Account.Role.LEARNER);
        });
    }
}
