package academy.accounts;

import dozen.config.Secret;
import dozen.domain.Validation;

/** An account to be made. The rules for its fields are the same over HTTP and at the terminal. */
record NewAccount(String email, String passwordHash, String name, Account.Role role) {

    static void check(String email, Secret password, String name) {
        var validation = new Validation();
        validation.mailAddress("email", email);
        password(validation, password);
        validation.personName("name", name);
        validation.check();
    }

    static void password(Validation validation, Secret password) {
        validation.text("password", password == null ? null : password.reveal(), 12, 128);
    }
}
