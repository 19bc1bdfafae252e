package academy.accounts;

import dozen.http.Fields;
import dozen.settings.Secret;

/** The rules for a new account, the same over HTTP and at the terminal. */
final class NewAccount {
    private NewAccount() {}

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
