package dev;

import dev.Processes.Procfile;
import dozen.domain.Exit;
import dozen.services.Postgres;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The data that an empty database is filled with, so that there is something to see and an account to log in with. */
final class SampleData {
    static final String ADMIN = "admin@example.com";
    private static final String LEARNER = "learner@example.com";
    static final String PASSWORD = "correct horse battery";

    private SampleData() {}

    /** Runs the task load-demo of the same jar when the database has no accounts. */
    static void loadIntoEmpty(String databaseUrl, Processes processes, Procfile procfile)
            throws IOException, InterruptedException {
        if (!isEmpty(databaseUrl)) return;
        var task = procfile.release().replaceFirst("release$", "task load-demo");
        if (processes.run("task", task, PASSWORD + "\n") != 0) throw Exit.failure("the sample data was not loaded");
    }

    private static boolean isEmpty(String databaseUrl) {
        try (var postgres = new Postgres(Postgres.Url.parse(databaseUrl), 1, Duration.ofSeconds(10)).connect()) {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("SELECT NOT EXISTS (SELECT FROM accounts)")
                            .mapTo(Boolean.class)
                            .one());
        }
    }

    private static final List<String> TIPS = List.of(
            // for certificates
            "Log in as learner and complete a course: a worker makes the certificate.",
            // end
            // for videos
            "Log in as admin, upload a film, and reload the page while it is on its way.",
            // end
            "Start one more worker, and see it on the status page:",
            "  (set -a; . .dev/env; java -jar target/app.jar worker)",
            "Ask the console: echo 'accounts.count()' | (set -a; . .dev/env; java -jar target/app.jar console)");

    /** Prints the addresses, the log-ins and the first steps for a newcomer. */
    static void printSummary(int port, String mailPage) {
        System.out.printf("""

                ┌ Academy runs: http://localhost:%1$d
                │
                │  admin    %2$s
                │  learner  %3$s
                │  password of both: %4$s
                │
                │  status   http://localhost:%1$d/status   twelve factors, alive
                │  mails    %5$s
                │  API      http://localhost:%1$d/docs
                │
                ├ Things to try
                │  %6$s
                │
                └ Saving a file under src/main restarts with the change. Ctrl-C stops everything.

                """, port, ADMIN, LEARNER, PASSWORD, mailPage, String.join("\n│  ", TIPS));
    }
}
