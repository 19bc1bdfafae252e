package dev;

import dozen.process.Exit;
import dozen.resources.Postgres;
import dozen.resources.PostgresUrl;
import java.io.IOException;
import java.time.Duration;

/** What an empty database is filled with, so that there is something to see and to log in with. */
final class SampleData {
    static final String ADMIN = "admin@example.com";
    private static final String LEARNER = "learner@example.com";
    static final String PASSWORD = "correct horse battery";

    private SampleData() {}

    /** As any release does it: by a task of the same jar. */
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

    /** What a newcomer sees first. */
    static void printSummary(int port, String mailPage) {
        System.out.printf("""

                Academy answers at http://localhost:%1$d

                  admin    %2$s    %4$s
                  learner  %3$s  %4$s
                  mails    %5$s
                  API      http://localhost:%1$d/docs

                Try:
                  curl localhost:%1$d/health/ready
                  curl 'localhost:%1$d/api/courses?q=redis'
                  echo 'courses.count()' | (set -a; . .dev/env; java -jar target/app.jar console)

                Saving a file under src/main restarts with the change. Ctrl-C stops everything.

                """, port, ADMIN, LEARNER, PASSWORD, mailPage);
    }
}
