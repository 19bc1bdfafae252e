package dev;

import academy.accounts.Account;
import academy.accounts.Accounts;
import academy.accounts.Passwords;
import academy.courses.Courses;
import academy.courses.ImportCourses;
import dozen.resources.Postgres;
import dozen.resources.PostgresUrl;
import dozen.settings.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What an empty database is filled with, so that there is something to see and to log in with. */
final class SampleData {
    static final String ADMIN = "admin@example.com";
    static final String LEARNER = "learner@example.com";
    static final Secret PASSWORD = new Secret("correct horse battery");

    private SampleData() {}

    static void loadIntoEmpty(String databaseUrl) throws IOException {
        try (var postgres = Postgres.attach(PostgresUrl.parse(databaseUrl), 1, Duration.ofSeconds(10))) {
            var accounts = new Accounts(postgres.jdbi(), new Passwords());
            if (accounts.count() > 0) return;
            ImportCourses.run(new Courses(postgres.jdbi()), List.of("src/test/resources/dev/courses.csv"));
            accounts.create(ADMIN, PASSWORD, "Ada Admin", Account.Role.ADMIN);
            accounts.create(LEARNER, PASSWORD, "Leo Learner", Account.Role.LEARNER);
        }
    }
}
