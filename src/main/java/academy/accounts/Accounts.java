package academy.accounts;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.config.Secret;
import dozen.services.ReadBatcher;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.Nested;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.result.UnableToProduceResultException;

/** The accounts in PostgreSQL. */
public final class Accounts {
    /** The public part of an account. */
    @JsonTypeName("User")
    public record Public(UUID id, String name) {}

    /** An account to be made. */
    record NewAccount(String email, String passwordHash, String name, Account.Role role) {}

    /** An account, and the hash of its password at the same moment. */
    record Credentials(@Nested Account account, String password) {}

    static final RowMapper<Account> ACCOUNT_MAPPER = ConstructorMapper.of(Account.class);
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
        var wanted = prepare(email, password, name, role);
        return jdbi.withHandle(handle -> insert(handle, wanted));
    }

    /**
     * Hashes the password. Call this before any transaction, because hashing takes long and would hold a connection.
     */
    NewAccount prepare(String email, Secret password, String name, Account.Role role) {
        return new NewAccount(email, passwords.hash(password), name, role);
    }

    /** Returns empty when the address has an account already. */
    Optional<Account> insert(Handle handle, NewAccount wanted) {
        var sql = """
                INSERT INTO accounts (email, name, password, role, completeness) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (lower(email)) DO NOTHING
                RETURNING %s
                """;
        var completeness = new Account.Profile(wanted.name(), "", null, true).completeness();
        var role = wanted.role().text();
        return one(handle, sql, wanted.email(), wanted.name(), wanted.passwordHash(), role, completeness);
    }

    public Optional<Account> find(UUID id) {
        return jdbi.withHandle(handle -> one(handle, "SELECT %s FROM accounts WHERE id = ?", id));
    }

    /** Returns the account of a session, unless its sessions were ended since that one began. */
    Optional<Account> find(UUID id, int sessionGeneration) {
        return find(id).filter(account -> account.sessionGeneration() == sessionGeneration);
    }

    // for learning
    /** Finds the account of this address; upper and lower case make no difference. */
    public Optional<Account> findByEmail(String email) {
        return credentials(email).map(Credentials::account);
    }

    // end
    /** @param sql has %s for the columns of an account */
    private static Optional<Account> one(Handle handle, String sql, Object... values) {
        return handle.select(sql.formatted(Account.COLUMNS), values)
                .map(ACCOUNT_MAPPER)
                .findOne();
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

    Optional<Credentials> credentials(UUID id) {
        return credentials("id = ?", id);
    }

    Optional<Credentials> credentials(String email) {
        return credentials("lower(email) = lower(?)", email);
    }

    private Optional<Credentials> credentials(String condition, Object value) {
        var query = "SELECT password, %s FROM accounts WHERE %s".formatted(Account.COLUMNS, condition);
        return jdbi.withHandle(
                handle -> handle.select(query, value).map(CREDENTIALS_MAPPER).findOne());
    }

    /**
     * Returns the account with this address and password, as it was when the password was checked: a change of the
     * password in the meantime ends this log-in, too. A hash made at an outdated cost is replaced.
     */
    Optional<Account> logIn(String email, Secret password) {
        var found = credentials(email);
        if (found.isEmpty()) passwords.hash(password); // takes as long, so the response time reveals nothing
        var right = found.filter(credentials -> isPassword(password, credentials));
        right.filter(credentials -> passwords.isOutdated(credentials.password()))
                .ifPresent(credentials -> setPassword(credentials, password, 0));
        return right.map(Credentials::account);
    }

    boolean isPassword(Secret password, Credentials credentials) {
        return passwords.matches(password, credentials.password());
    }

    /**
     * Sets a new password and ends every session. Returns empty when the old password is no longer the expected one, as
     * when a link is used twice at once.
     */
    Optional<Account> changePassword(Credentials expected, Secret password) {
        return setPassword(expected, password, 1);
    }

    private Optional<Account> setPassword(Credentials expected, Secret password, int endedGenerations) {
        var hash = passwords.hash(password);
        var sql = """
                UPDATE accounts SET password = ?, session_generation = session_generation + ?
                WHERE id = ? AND password = ?
                RETURNING %s
                """;
        var id = expected.account().id();
        return jdbi.withHandle(handle -> one(handle, sql, hash, endedGenerations, id, expected.password()));
    }

    Optional<Account> setRole(String email, Account.Role role) {
        var sql = "UPDATE accounts SET role = ? WHERE lower(email) = lower(?) RETURNING %s";
        return jdbi.withHandle(handle -> one(handle, sql, role.text(), email));
    }

    /** Ends every session of the account. */
    void endSessions(UUID id) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE accounts SET session_generation = session_generation + 1 WHERE id = ?", id));
    }

    /**
     * Changes a profile under a lock, so that two changes at once can't undo each other.
     *
     * @param committed called once the change is committed
     */
    public Optional<Account> change(UUID id, UnaryOperator<Account.Profile> change, Runnable committed) {
        var query = "SELECT %s FROM accounts WHERE id = ? FOR UPDATE";
        return jdbi.inTransaction(handle -> one(handle, query, id).flatMap(account -> {
            handle.afterCommit(committed::run);
            return handle.createQuery("""
                            UPDATE accounts SET name = :name, about = :about, time_zone = :timeZone, letters = :letters,
                                completeness = :completeness
                            WHERE id = :id
                            RETURNING %s
                            """.formatted(Account.COLUMNS))
                    .bindMethods(change.apply(account.profile()))
                    .bind("id", id)
                    .map(ACCOUNT_MAPPER)
                    .findOne();
        }));
    }

    /** @param answer why the mail server refused the address, for the account's owner to read; null when mails arrive */
    void mailRefused(String email, String answer) {
        var sql = """
                UPDATE accounts SET mail_refused = ? WHERE lower(email) = lower(?) AND mail_refused IS DISTINCT FROM ?
                """;
        jdbi.useHandle(handle -> handle.execute(sql, answer, email, answer));
    }

    public long count() {
        return jdbi.withHandle(handle ->
                handle.select("SELECT count(*) FROM accounts").mapTo(Long.class).one());
    }
}
