package academy.accounts;

import dozen.app.Commands;
import dozen.domain.Exit;
import dozen.domain.Validation;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin tasks for accounts. */
record AccountTasks(Accounts accounts, Jdbi jdbi) {
    private static final Logger log = LoggerFactory.getLogger(AccountTasks.class);
    private static final int BATCH = 1000;

    /** {@code task create-admin EMAIL NAME}: the password comes from a prompt or stdin, never from an argument. */
    void createAdmin(List<String> arguments) throws IOException {
        if (arguments.size() != 2) throw Exit.usage("usage: task create-admin EMAIL NAME, the password on stdin");
        var wanted = new Authentication.SignUp(arguments.get(0), Commands.readPassword(), arguments.get(1));
        wanted.check();
        var account = accounts.create(wanted.email(), wanted.password(), wanted.name(), Account.Role.ADMIN)
                .orElseThrow(() -> Exit.failure("this address has an account already: " + wanted.email()));
        log.info("admin {} created", account.id());
    }

    /** {@code task set-role EMAIL ROLE}: the role holds from the account's next request on. */
    void setRole(List<String> arguments) {
        var role = Stream.of(Account.Role.values())
                .filter(each -> arguments.size() == 2 && each.text().equals(arguments.get(1)))
                .findFirst()
                .orElseThrow(() -> Exit.usage("usage: task set-role EMAIL learner|admin"));
        var account = accounts.setRole(arguments.getFirst(), role).orElseThrow(() -> unknown(arguments));
        log.info("account {} has the role {}", account.id(), role.text());
    }

    /** {@code task change-password EMAIL}: the password comes as in create-admin. It ends all sessions of the account. */
    void changePassword(List<String> arguments) throws IOException {
        if (arguments.size() != 1) throw Exit.usage("usage: task change-password EMAIL, the password on stdin");
        var old = accounts.credentials(arguments.getFirst()).orElseThrow(() -> unknown(arguments));
        var password = Commands.readPassword();
        var validation = new Validation();
        Passwords.check(validation, password, Passwords.MIN_LENGTH);
        validation.check();
        accounts.changePassword(old, password).orElseThrow(() -> Exit.failure("somebody else has just changed it"));
        log.info(
                "account {} has a new password, and its sessions are ended",
                old.account().id());
    }

    private static Exit unknown(List<String> arguments) {
        return Exit.failure("no account has this address: " + arguments.getFirst());
    }

    /**
     * {@code task backfill-completeness}: computes the completeness of accounts that older releases made without it.
     * Each batch of 1,000 accounts is a transaction, so the task can be stopped at any time, run again, and run twice
     * at once.
     */
    void backfillCompleteness(List<String> arguments) {
        if (!arguments.isEmpty()) throw Exit.usage("usage: task backfill-completeness");
        var terminal = System.console() != null && System.console().isTerminal();
        var total = 0;
        for (var done = backfillBatch(); done > 0; done = backfillBatch()) {
            total += done;
            if (terminal) System.err.printf("\r%,d accounts", total);
        }
        if (terminal && total > 0) System.err.println();
        log.info("{} accounts updated", total);
    }

    private int backfillBatch() {
        return jdbi.inTransaction(transaction -> {
            var accounts = transaction
                    .select("""
                            SELECT %s FROM accounts WHERE completeness IS NULL
                            ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED
                            """.formatted(Account.COLUMNS), BATCH)
                    .map(Accounts.ACCOUNT_MAPPER)
                    .list();
            var update = transaction.prepareBatch("UPDATE accounts SET completeness = ? WHERE id = ?");
            for (var account : accounts) update.add(account.profile().completeness(), account.id());
            return update.execute().length;
        });
    }
}
