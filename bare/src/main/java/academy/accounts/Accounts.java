package academy.accounts;

import dozen.services.ReadBatcher;
import dozen.services.PlainQuery;
import dozen.config.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** The accounts in PostgreSQL. */
public final class Accounts {
    /** The public part of an account. */
    public record Public(UUID id, String name) {}

    private record Credentials(UUID id, String password) {}

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
        return create(email, password, name, role, (_, _) -> {});
    }

    /** @param also runs in the same transaction, once the account is inserted */
    Optional<Account> create(
            String email, Secret password, String name, Account.Role role, BiConsumer<Handle, Account> also) {
        var hash = passwords.hash(password); // before the transaction, because it takes long
        return jdbi.inTransaction(transaction -> {
            var account = transaction
                    .createQuery("""
                            INSERT INTO accounts (email, name, password, role) VALUES (:email, :name, :hash, :role)
                            ON CONFLICT (lower(email)) DO NOTHING
                            RETURNING %s
                            """.formatted(Account.COLUMNS))
                    .bind("email", email)
                    .bind("name", name)
                    .bind("hash", hash)
                    .bind("role", role.text())
                    .map(ACCOUNT_MAPPER)
                    .findOne();
            account.ifPresent(created -> also.accept(transaction, created));
            return account;
        });
    }

    Optional<Account> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT %s FROM accounts WHERE id = :id"
                        .formatted(Account.COLUMNS))
                .bind("id", id)
                .map(ACCOUNT_MAPPER)
                .findOne());
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

    private Map<UUID, Public> findPublic(Set<UUID> ids) {
        return jdbi.withHandle(handle -> PlainQuery.byId(
                handle,
                "SELECT id, name FROM accounts",
                ids,
                row -> new Public(row.getObject(1, UUID.class), row.getString(2))));
    }

    /** Returns the account with this address and password. */
    public Optional<Account> logIn(String email, Secret password) {
        var found = credentials(email);
        if (found.isEmpty()) {
            passwords.matchDummy(password);
            return Optional.empty();
        }
        var credentials = found.get();
        if (!passwords.matches(password, credentials.password())) return Optional.empty();
        return find(credentials.id());
    }

    private Optional<Credentials> credentials(String email) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT id, password FROM accounts WHERE lower(email) = lower(:email)
                        """)
                .bind("email", email)
                .map(CREDENTIALS_MAPPER)
                .findOne());
    }

    int sessionGeneration(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT session_generation FROM accounts WHERE id = :id")
                .bind("id", id)
                .mapTo(Integer.class)
                .one());
    }

    /** Ends every session of the account. */
    void endSessions(UUID id) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE accounts SET session_generation = session_generation + 1 WHERE id = :id
                        """).bind("id", id).execute());
    }

    void rename(UUID id, String name) {
        jdbi.useHandle(handle -> handle.createUpdate("UPDATE accounts SET name = :name WHERE id = :id")
                .bind("id", id)
                .bind("name", name)
                .execute());
    }

    public long count() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT count(*) FROM accounts")
                .mapTo(Long.class)
                .one());
    }
}
