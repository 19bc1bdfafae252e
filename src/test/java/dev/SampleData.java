package dev;

import dozen.domain.Exit;
import dozen.services.Postgres;
import dozen.services.PostgresUrl;
import java.io.IOException;
import java.time.Duration;

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
        try (var postgres = Postgres.attach(PostgresUrl.parse(databaseUrl), 1, Duration.ofSeconds(10))) {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("SELECT NOT EXISTS (SELECT FROM accounts)")
                            .mapTo(Boolean.class)
                            .one());
        }
    }

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
                ├ Three things to try
                │  Log in as learner, watch a film to its end, and complete a course: the certificate is made by a worker.
                │  Log in as admin, upload a film, and reload the page while it is on its way.
                │  Start one more worker, and see it on the status page:
                │    (set -a; . .dev/env; java -jar target/app.jar worker)
                │
                │  curl 'localhost:%1$d/api/courses?q=redis'
                │  echo 'courses.count()' | (set -a; . .dev/env; java -jar target/app.jar console)
                │
                └ Saving a file under src/main restarts with the change. Ctrl-C stops everything.

                """, port, ADMIN, LEARNER, PASSWORD, mailPage);
    }
}
