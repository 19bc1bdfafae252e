package academy.accounts;

import dozen.http.Fields;
import dozen.settings.Secret;

/** An account that may be made; and the rules for one, the same over HTTP and at the terminal. */
record NewAccount(String email, String passwordHash, String name, Account.Role role) {

    static void check(String email, Secret password, String name) {
        var fields = new Fields();
        fields.mailAddress("email", email);
        password(fields, password);
        fields.personName("name", name);
        fields.check();
    }

    static void password(Fields fields, Secret password) {
        fields.text("password", password == null ? null : password.reveal(), 12, 128);
    }
}
