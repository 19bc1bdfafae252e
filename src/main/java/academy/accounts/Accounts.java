package academy.accounts;

import dozen.config.Secret;
import dozen.services.ReadBatcher;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.result.UnableToProduceResultException;

/** The accounts in PostgreSQL. */
public final class Accounts {
    /** The public part of an account. */
    public record Public(UUID id, String name) {}

    /** @param sessionGeneration read with the password's hash, so that a change of the password ends this log-in, too */
    record LoggedIn(Account account, int sessionGeneration) {}

    private record Credentials(UUID id, String password, int sessionGeneration) {}

    private static final RowMapper<Account> ACCOUNT_MAPPER = ConstructorMapper.of(Account.class);
    private static final RowMapper<Credentials> CREDENTIALS_MAPPER = ConstructorMapper.of(Credentials.class);

    private final Jdbi jdbi;
    private final Passwords passwords;
    private final ReadBatcher<UUID, Public> publics = new ReadBatcher<>(this::findPublic);

    public Accounts(Jdbi jdbi, Passwords passwords) {
        this.jdbi = jdbi;
        this.passwords = passwords;
    }

    /** Creates an account. Returns empty when the address has one already. */
    public Optional<Account> create(String email, Secret password, String name, Account.Role role) {
        return create(prepare(email, password, name, role), (_, _) -> {});
    }

    /**
     * Hashes the password. Call this before any transaction, because hashing takes long and would hold a connection.
     */
    NewAccount prepare(String email, Secret password, String name, Account.Role role) {
        return new NewAccount(email, passwords.hash(password), name, role);
    }

    /** @param also runs in the same transaction, once the account is inserted */
    Optional<Account> create(NewAccount wanted, BiConsumer<Handle, Account> also) {
        return jdbi.inTransaction(transaction -> {
            var account = insert(transaction, wanted);
            account.ifPresent(created -> also.accept(transaction, created));
            return account;
        });
    }

    private static Optional<Account> insert(Handle transaction, NewAccount wanted) {
        return transaction
                .createQuery("""
                        INSERT INTO accounts (email, name, password, role, completeness)
                        VALUES (:email, :name, :hash, :role, :completeness)
                        ON CONFLICT (lower(email)) DO NOTHING
                        RETURNING %s
                        """.formatted(Account.COLUMNS))
                .bind("email", wanted.email())
                .bind("name", wanted.name())
                .bind("hash", wanted.passwordHash())
                .bind("role", wanted.role().text())
                .bind("completeness", new Profile(wanted.name(), "", null, true).completeness())
                .map(ACCOUNT_MAPPER)
                .findOne();
    }

    public Optional<Account> find(UUID id) {
        return jdbi.withHandle(handle -> find(handle, id, ""));
    }

    private static Optional<Account> find(Handle handle, UUID id, String locking) {
        return handle.createQuery("SELECT %s FROM accounts WHERE id = :id %s".formatted(Account.COLUMNS, locking))
                .bind("id", id)
                .map(ACCOUNT_MAPPER)
                .findOne();
    }

    /** Returns the account of a session, unless its sessions were ended since that one began. */
    Optional<Account> find(UUID id, int sessionGeneration) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT %s FROM accounts WHERE id = :id AND session_generation = :generation
                        """.formatted(Account.COLUMNS))
                .bind("id", id)
                .bind("generation", sessionGeneration)
                .map(ACCOUNT_MAPPER)
                .findOne());
    }

    public Optional<Public> findPublic(UUID id) {
        return publics.get(id);
    }

    /**
     * Plain JDBC, because this read happens thousands of times a second. The subquery hides the array from the planner:
     * for an array that it sees, PostgreSQL makes a new plan at each call, which gives 0.8 times as many (pgbench).
     */
    private Map<UUID, Public> findPublic(Set<UUID> ids) {
        var query = "SELECT id, name FROM accounts WHERE id = ANY(ARRAY(SELECT unnest(?)))";
        return jdbi.withHandle(handle -> {
            var connection = handle.getConnection();
            try (var statement = connection.prepareStatement(query)) {
                statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
                var rows = statement.executeQuery();
                var found = new HashMap<UUID, Public>();
                while (rows.next()) {
                    var id = rows.getObject(1, UUID.class);
                    found.put(id, new Public(id, rows.getString(2)));
                }
                return found;
            } catch (SQLException e) {
                throw new UnableToProduceResultException(e);
            }
        });
    }

    /** Finds the account of this address; upper and lower case make no difference. */
    public Optional<Account> findByEmail(String email) {
        return credentials(email).flatMap(found -> find(found.id()));
    }

    private Optional<Credentials> credentials(String email) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT id, password, session_generation FROM accounts WHERE lower(email) = lower(:email)
                        """)
                .bind("email", email)
                .map(CREDENTIALS_MAPPER)
                .findOne());
    }

    /** Returns the account with this address and password. A hash made at an outdated cost is replaced. */
    Optional<LoggedIn> logIn(String email, Secret password) {
        var found = credentials(email);
        if (found.isEmpty()) {
            passwords.matchDummy(password);
            return Optional.empty();
        }
        var credentials = found.get();
        if (!passwords.matches(password, credentials.password())) return Optional.empty();
        if (passwords.isOutdated(credentials.password())) {
            replaceHash(credentials.id(), credentials.password(), passwords.hash(password));
        }
        return find(credentials.id()).map(account -> new LoggedIn(account, credentials.sessionGeneration()));
    }

    /** Replaces the hash of an unchanged password, so no session ends. */
    private void replaceHash(UUID id, String before, String after) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE accounts SET password = :after WHERE id = :id AND password = :before
                        """)
                .bind("id", id)
                .bind("before", before)
                .bind("after", after)
                .execute());
    }

    /** Returns the hash that a signed link is bound to, so that the link is void once the password has changed. */
    Optional<String> passwordHash(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT password FROM accounts WHERE id = :id")
                .bind("id", id)
                .mapTo(String.class)
                .findOne());
    }

    /**
     * Sets a new password and ends every session. Returns false when the old hash is no longer the expected one, as
     * when a link is used twice at once.
     */
    boolean changePassword(UUID id, String expectedHash, Secret password) {
        var hash = passwords.hash(password);
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        UPDATE accounts SET password = :hash, session_generation = session_generation + 1
                        WHERE id = :id AND password = :expected
                        """)
                        .bind("id", id)
                        .bind("expected", expectedHash)
                        .bind("hash", hash)
                        .execute()
                == 1);
    }

    boolean hasPassword(UUID id, Secret password) {
        return passwordHash(id)
                .filter(hash -> passwords.matches(password, hash))
                .isPresent();
    }

    int sessionGeneration(UUID id) {
        return jdbi.withHandle(handle -> handle.select("SELECT session_generation FROM accounts WHERE id = ?", id)
                .mapTo(Integer.class)
                .one());
    }

    /** Ends every session of the account. */
    void endSessions(UUID id) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE accounts SET session_generation = session_generation + 1 WHERE id = :id
                        """).bind("id", id).execute());
    }

    /**
     * Changes a profile under a lock, so that two changes at once can't undo each other.
     *
     * @param committed called once the change is committed
     */
    public Optional<Account> change(UUID id, UnaryOperator<Profile> change, Runnable committed) {
        return jdbi.inTransaction(handle -> find(handle, id, "FOR UPDATE").flatMap(account -> {
            handle.afterCommit(committed::run);
            var profile = change.apply(account.profile());
            return handle.createQuery("""
                            UPDATE accounts SET name = :name, about = :about, time_zone = :timeZone, letters = :letters,
                                completeness = :completeness
                            WHERE id = :id
                            RETURNING %s
                            """.formatted(Account.COLUMNS))
                    .bindMethods(profile)
                    .bind("id", id)
                    .map(ACCOUNT_MAPPER)
                    .findOne();
        }));
    }

    /**
     * Stores why the mail server refused an address, so that the account's owner can read it; null when mails arrive.
     */
    public void mailRefused(String email, String answer) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE accounts SET mail_refused = :answer
                        WHERE lower(email) = lower(:email) AND mail_refused IS DISTINCT FROM :answer
                        """)
                .bind("email", email)
                .bind("answer", answer)
                .execute());
    }

    public long count() {
        return jdbi.withHandle(handle ->
                handle.select("SELECT count(*) FROM accounts").mapTo(Long.class).one());
    }
}
