package dev;

import dozen.domain.Exit;
import dozen.services.Postgres;
import dozen.services.PostgresUrl;
import java.io.IOException;
import java.time.Duration;

/** What an empty database is filled with, so that there is something to log in with; and what scripts/server prints. */
final class SampleData {
    private static final String ADMIN = "admin@example.com";
    private static final String PASSWORD = "correct horse battery";

    private SampleData() {}

    /** As any release does it: by a task of the same jar. */
    static void loadIntoEmpty(String databaseUrl, Processes processes, Procfile procfile)
            throws IOException, InterruptedException {
        if (!isEmpty(databaseUrl)) return;
        var task = procfile.release().replaceFirst("release$", "task create-admin " + ADMIN + " Admin");
        if (processes.run("task", task, PASSWORD + "\n") != 0) throw Exit.failure("no admin was made");
    }

    private static boolean isEmpty(String databaseUrl) {
        try (var postgres = Postgres.attach(PostgresUrl.parse(databaseUrl), 1, Duration.ofSeconds(10))) {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("SELECT NOT EXISTS (SELECT FROM accounts)")
                            .mapTo(Boolean.class)
                            .one());
        }
    }

    /** What a newcomer sees first. */
    static void printSummary(int port, String mailPage) {
        System.out.printf("""

                ┌ Academy runs: http://localhost:%1$d/status
                │
                │  admin    %2$s    %3$s
                │  mails    %4$s
                │
                │  curl localhost:%1$d/health/ready
                │  echo 'accounts.count()' | (set -a; . .dev/env; java -jar target/app.jar console)
                │
                └ Saving a file under src/main restarts with the change. Ctrl-C stops everything.

                """, port, ADMIN, PASSWORD, mailPage);
    }
}
