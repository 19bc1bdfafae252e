package academy.accounts;

import dozen.app.Commands;
import dozen.domain.Exit;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code task create-admin EMAIL NAME}: the password comes from a prompt or stdin, never from an argument. */
public final class CreateAdmin {
    public static final String ARGUMENTS = "EMAIL NAME";
    private static final Logger log = LoggerFactory.getLogger(CreateAdmin.class);

    private CreateAdmin() {}

    public static void run(Accounts accounts, List<String> arguments) throws IOException {
        if (arguments.size() != 2) throw Exit.usage("usage: task create-admin EMAIL NAME, the password on stdin");
        var email = arguments.get(0);
        var name = arguments.get(1);
        var password = Commands.readPassword();
        NewAccount.check(email, password, name);
        var account = accounts.create(email, password, name, Account.Role.ADMIN)
                .orElseThrow(() -> Exit.failure("this address has an account already: " + email));
        log.info("admin {} created", account.id());
    }
}
