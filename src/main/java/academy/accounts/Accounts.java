package academy.accounts;

import dozen.settings.Secret;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** The accounts in PostgreSQL. */
public final class Accounts {
    /** What everybody may know of an account. */
    public record Public(UUID id, String name) {}

    private record Credentials(UUID id, String password) {}

    private final Jdbi jdbi;
    private final Passwords passwords;

    public Accounts(Jdbi jdbi, Passwords passwords) {
        this.jdbi = jdbi;
        this.passwords = passwords;
        jdbi.registerRowMapper(ConstructorMapper.factory(Account.class));
        jdbi.registerRowMapper(ConstructorMapper.factory(Public.class));
        jdbi.registerRowMapper(ConstructorMapper.factory(Credentials.class));
    }

    /** Empty when the address has an account already. */
    public Optional<Account> create(String email, Secret password, String name, Account.Role role) {
        return create(email, password, name, role, (_, _) -> {});
    }

    /** @param also what else happens in the same transaction */
    Optional<Account> create(
            String email, Secret password, String name, Account.Role role, BiConsumer<Handle, Account> also) {
        var hash = passwords.hash(password); // before the transaction, for it takes long
        return jdbi.inTransaction(transaction -> {
            var account = insert(transaction, email, hash, name, role);
            account.ifPresent(created -> also.accept(transaction, created));
            return account;
        });
    }

    private static Optional<Account> insert(
            Handle transaction, String email, String hash, String name, Account.Role role) {
        return transaction
                .createQuery("""
                        INSERT INTO accounts (email, name, password, role)
                        VALUES (:email, :name, :hash, :role)
                        ON CONFLICT (lower(email)) DO NOTHING
                        RETURNING id, email, name, upper(role) AS role, created_at
                        """)
                .bind("email", email)
                .bind("name", name)
                .bind("hash", hash)
                .bind("role", role.text())
                .mapTo(Account.class)
                .findOne();
    }

    public Optional<Account> find(UUID id) {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        SELECT id, email, name, upper(role) AS role, created_at FROM accounts WHERE id = :id
                        """).bind("id", id).mapTo(Account.class).findOne());
    }

    public Optional<Public> findPublic(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT id, name FROM accounts WHERE id = :id")
                .bind("id", id)
                .mapTo(Public.class)
                .findOne());
    }

    /** The account whose address and password these are. */
    public Optional<Account> logIn(String email, Secret password) {
        var found = jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT id, password FROM accounts WHERE lower(email) = lower(:email)
                        """)
                .bind("email", email)
                .mapTo(Credentials.class)
                .findOne());
        if (found.isEmpty()) {
            passwords.matchNobody(password);
            return Optional.empty();
        }
        if (!passwords.matches(password, found.get().password())) return Optional.empty();
        return find(found.get().id());
    }

    public long count() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT count(*) FROM accounts")
                .mapTo(Long.class)
                .one());
    }
}
