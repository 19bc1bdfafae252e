package dozen.jobs;

import dozen.domain.DomainError;
import dozen.domain.Exit;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Administrators list jobs by these methods, and retry or discard dead ones, in tasks and on the status page. */
public record JobTasks(Jdbi jdbi, Jobs jobs) {
    /** A selection of dead jobs names their ids or their types, or is --all. */
    public static final String SELECTION = "ID… | TYPE… | --all";

    private static final Logger log = LoggerFactory.getLogger(JobTasks.class);
    private static final String SELECTED =
            "'--all' = ANY (:chosen) OR type = ANY (:chosen) OR id::text = ANY (:chosen)";

    /**
     * A job that has failed for good.
     *
     * @param reason the first line of its last error, at most 300 characters
     */
    public record Dead(String id, String type, int attempts, String reason, Instant since) {}

    /** How many dead jobs a selection found, and how many of them were changed. */
    private record Result(int found, int done) {}

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

    /** The dead jobs, the last to die first, a hundred at the most. */
    public List<Dead> dead() {
        var newest = """
                SELECT id::text, type, attempts, left(split_part(error, E'\\n', 1), 300) AS reason,
                    date_trunc('second', died_at) AS since
                FROM dead_jobs ORDER BY dead_jobs.id DESC LIMIT 100
                """;
        return jdbi.withHandle(handle ->
                handle.select(newest).map(ConstructorMapper.of(Dead.class)).list());
    }

    /**
     * Queues dead jobs again, with all their attempts before them. Of several jobs with the same key only one is queued
     * at a time, and none while such a job is queued already; the others stay dead.
     *
     * @throws DomainError when none of the chosen jobs is dead any more, or some stay dead
     */
    public void retry(List<String> chosen) {
        var left = change(chosen, "retry-jobs", "queued again", """
                first AS (
                    SELECT DISTINCT ON (type, job) * FROM found ORDER BY type, job, died_at
                ), queued AS (
                    INSERT INTO jobs (task_name, task_instance, task_data, execution_time, enqueued_at)
                    SELECT type, job, payload, now(), enqueued_at FROM first
                    ON CONFLICT DO NOTHING
                    RETURNING task_name, task_instance
                ), done AS (
                    DELETE FROM dead_jobs USING first, queued
                    WHERE dead_jobs.id = first.id AND first.type = task_name AND first.job = task_instance
                    RETURNING dead_jobs.id
                )
                """);
        jobs.wake();
        if (left > 0) {
            throw DomainError.conflict(
                    "%d stay dead, for a job with their key is queued: retry them when it is done".formatted(left));
        }
    }

    /** @throws DomainError when none of the chosen jobs is dead any more */
    public void discard(List<String> chosen) {
        change(chosen, "discard-jobs", "discarded", """
                done AS (DELETE FROM dead_jobs USING found WHERE dead_jobs.id = found.id RETURNING dead_jobs.id)
                """);
    }

    /**
     * Returns how many of the chosen jobs were left as they are. The lock makes a second administrator wait, and then find
     * no dead job, so that none is queued twice.
     */
    private int change(List<String> chosen, String task, String what, String done) {
        if (chosen.isEmpty()) throw Exit.usage("usage: task " + task + " " + SELECTION);
        var sql = """
                WITH found AS (SELECT * FROM dead_jobs WHERE %s ORDER BY id FOR UPDATE), %s
                SELECT (SELECT count(*) FROM found) AS found, (SELECT count(*) FROM done) AS done
                """.formatted(SELECTED, done);
        var result = jdbi.withHandle(handle -> handle.createQuery(sql)
                .bind("chosen", chosen.toArray(String[]::new))
                .map(ConstructorMapper.of(Result.class))
                .one());
        if (result.found == 0 && !chosen.contains("--all"))
            throw DomainError.gone("no dead job has such an id or type");
        log.info("{} dead jobs {}", result.done, what);
        return result.found - result.done;
    }
}
