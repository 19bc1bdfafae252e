package dozen.jobs;

import dozen.domain.Exit;
import java.io.PrintStream;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin tasks for jobs: list them, run dead ones again, discard dead ones. */
public record JobTasks(Jdbi jdbi, Jobs jobs) {
    /** What selects dead jobs: their ids, their types, or this word for all. */
    public static final String SELECTION = "ID… | TYPE… | --all";

    private static final Logger log = LoggerFactory.getLogger(JobTasks.class);
    private static final String SELECTED =
            "'--all' = ANY (:chosen) OR type = ANY (:chosen) OR id::text = ANY (:chosen)";

    public void list(List<String> arguments, PrintStream out) {
        if (!arguments.isEmpty()) throw Exit.usage("usage: task list-jobs");
        out.printf("%-28s %10s %10s %10s%n", "TYPE", "WAITING", "RUNNING", "DEAD");
        for (var count : Jobs.Counts.byType(jdbi).values()) {
            out.printf("%-28s %10d %10d %10d%n", count.type(), count.waiting(), count.running(), count.dead());
        }
        var newest = """
                SELECT format('%-8s %s %s, attempt %s, %s: %s', state, type, id, attempt, at, split_part(error, E'\\n', 1))
                FROM (
                    SELECT CASE WHEN picked THEN 'running' ELSE 'failing' END AS state, task_name AS type,
                        task_instance AS id, consecutive_failures + picked::int AS attempt,
                        coalesce(last_failure, last_heartbeat) AS at, last_error AS error
                    FROM jobs WHERE picked OR consecutive_failures > 0
                    UNION ALL
                    SELECT 'dead', type, id::text, attempts, died_at, error FROM dead_jobs
                    ORDER BY at DESC LIMIT 100
                ) AS newest
                """;
        jdbi.useHandle(handle -> handle.select(newest).mapTo(String.class).forEach(out::println));
    }

    /**
     * Queues dead jobs again, with all their attempts before them. Of several jobs with the same key only one is queued
     * at a time, and none while such a job is queued already; the others stay dead.
     */
    public void retry(List<String> chosen) {
        var left = change(chosen, "retry-jobs", "queued again", """
                WITH chosen AS (
                    SELECT DISTINCT ON (type, job) * FROM dead_jobs WHERE %s ORDER BY type, job, died_at
                ), queued AS (
                    INSERT INTO jobs (task_name, task_instance, task_data, execution_time, enqueued_at)
                    SELECT type, job, payload, now(), enqueued_at FROM chosen
                    ON CONFLICT DO NOTHING
                    RETURNING task_name, task_instance
                )
                DELETE FROM dead_jobs USING chosen, queued
                WHERE dead_jobs.id = chosen.id AND chosen.type = task_name AND chosen.job = task_instance
                """);
        jobs.wake();
        if (left > 0) {
            throw Exit.failure(
                    "%d stay dead, for a job with their key is queued: retry them when it is done".formatted(left));
        }
    }

    public void discard(List<String> chosen) {
        change(chosen, "discard-jobs", "discarded", "DELETE FROM dead_jobs WHERE %s");
    }

    /** Returns how many of the chosen jobs were left as they are. */
    private int change(List<String> chosen, String task, String what, String sql) {
        if (chosen.isEmpty()) throw Exit.usage("usage: task " + task + " " + SELECTION);
        var all = chosen.toArray(String[]::new);
        var found = jdbi.withHandle(handle -> handle.createQuery("SELECT count(*) FROM dead_jobs WHERE " + SELECTED)
                .bind("chosen", all)
                .mapTo(Integer.class)
                .one());
        if (found == 0 && !chosen.contains("--all")) throw Exit.failure("no dead job has such an id or type");
        var changed = jdbi.withHandle(handle ->
                handle.createUpdate(sql.formatted(SELECTED)).bind("chosen", all).execute());
        log.info("{} dead jobs {}", changed, what);
        return found - changed;
    }
}
