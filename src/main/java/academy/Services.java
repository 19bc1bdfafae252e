package academy;

import academy.accounts.Accounts;
import academy.accounts.Passwords;
import dozen.app.Lifecycle;
import dozen.services.FileStorage;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.util.Optional;

/**
 * Attaches the resources that the settings name. The lifecycle of the process owns them.
 *
 * @param lifecycle closes all of them
 */
record Services(Settings settings, Lifecycle lifecycle) {
    /** The longest that a statement of a request may take. */
    static final Duration STATEMENT = Duration.ofSeconds(5);
    /** The same for jobs and tasks, which may take longer. */
    static final Duration LONG_STATEMENT = Duration.ofMinutes(10);

    Postgres postgres(int connections, Duration statement) {
        return lifecycle.register(Postgres.attach(settings.databaseUrl(), connections, statement));
    }

    Redis redis() {
        return lifecycle.register(Redis.attach(settings.redisUrl(), settings.redisTlsVerify()));
    }

    Optional<FileStorage> files() {
        return settings.files().map(FileStorage::new);
    }

    Accounts accounts(Postgres postgres) {
        return new Accounts(postgres.jdbi(), new Passwords(settings.passwordCost()));
    }
}
