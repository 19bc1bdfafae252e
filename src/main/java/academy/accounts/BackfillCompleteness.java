package academy.accounts;

import dozen.domain.Exit;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code task backfill-completeness}: computes the completeness of accounts that older releases made without it. Each
 * batch of 1,000 accounts is a transaction, so the task can be stopped at any time, run again, and run twice at once.
 */
public final class BackfillCompleteness {
    private static final RowMapper<Account> ACCOUNT_MAPPER = ConstructorMapper.of(Account.class);
    private static final Logger log = LoggerFactory.getLogger(BackfillCompleteness.class);
    private static final int BATCH = 1000;

    private BackfillCompleteness() {}

    public static void run(Jdbi jdbi, List<String> arguments) {
        if (!arguments.isEmpty()) throw Exit.usage("usage: task backfill-completeness");
        var terminal = System.console() != null && System.console().isTerminal();
        var total = 0;
        for (var done = batch(jdbi); done > 0; done = batch(jdbi)) {
            total += done;
            if (terminal) System.err.printf("\r%,d accounts", total);
        }
        if (terminal && total > 0) System.err.println();
        log.info("{} accounts updated", total);
    }

    private static int batch(Jdbi jdbi) {
        return jdbi.inTransaction(transaction -> {
            var accounts = transaction
                    .createQuery("""
                            SELECT %s FROM accounts WHERE completeness IS NULL
                            ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
                            """.formatted(Account.COLUMNS))
                    .bind("batch", BATCH)
                    .map(ACCOUNT_MAPPER)
                    .list();
            if (accounts.isEmpty()) return 0;
            return transaction
                    .createUpdate("""
                            UPDATE accounts SET completeness = computed.completeness
                            FROM unnest(:ids, :values) AS computed (id, completeness)
                            WHERE accounts.id = computed.id
                            """)
                    .bind("ids", accounts.stream().map(Account::id).toArray(UUID[]::new))
                    .bind(
                            "values",
                            accounts.stream()
                                    .map(account -> account.profile().completeness())
                                    .toArray(Integer[]::new))
                    .execute();
        });
    }
}
