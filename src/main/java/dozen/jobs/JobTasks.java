package dozen.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.domain.Exit;
import dozen.services.Redis;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin tasks for jobs: list them, run dead ones again, discard dead ones. */
public final class JobTasks {
    public static final String LIST_ARGUMENTS = "[--json]";
    public static final String SELECTION_ARGUMENTS = "ID… | --type TYPE | --all";

    private static final Logger log = LoggerFactory.getLogger(JobTasks.class);
    private static final int MAX_LISTED = 100;

    /** A job that runs, failed or is dead. */
    private record Listed(String id, String type, String state, int attempts, String error, Instant since) {}

    private record Retried(int found, int queued) {}

    private record Listing(Collection<JobCounts> counts, List<Listed> jobs) {}

    private static final RowMapper<Retried> RETRIED_MAPPER = ConstructorMapper.of(Retried.class);
    private static final RowMapper<Listed> LISTED_MAPPER = ConstructorMapper.of(Listed.class);

    private final Jdbi jdbi;
    private final Jobs.Wakeup wakeup;

    public JobTasks(Jdbi jdbi, Redis redis) {
        this.jdbi = jdbi;
        this.wakeup = new Jobs.Wakeup(redis);
    }

    public void list(List<String> arguments, PrintStream out) throws JsonProcessingException {
        if (!arguments.isEmpty() && !arguments.equals(List.of("--json"))) {
            throw Exit.usage("usage: task list-jobs " + LIST_ARGUMENTS);
        }
        var counts = JobCounts.byType(jdbi).values();
        var jobs = listed();
        if (arguments.isEmpty()) print(counts, jobs, out);
        else out.println(Job.Data.MAPPER.writeValueAsString(new Listing(counts, jobs)));
    }

    private static void print(Collection<JobCounts> counts, List<Listed> jobs, PrintStream out) {
        out.printf("%-28s %10s %10s %10s %10s%n", "TYPE", "QUEUED", "RUNNING", "FAILING", "DEAD");
        for (var count : counts) {
            out.printf(
                    "%-28s %10d %10d %10d %10d%n",
                    count.type(), count.queued(), count.running(), count.failing(), count.dead());
        }
        for (var job : jobs) {
            var error = Objects.toString(job.error(), "")
                    .lines()
                    .findFirst()
                    .map(": "::concat)
                    .orElse("");
            out.printf(
                    "%-8s %s %s, attempt %d, %s%s%n",
                    job.state(), job.type(), job.id(), job.attempts(), job.since(), error);
        }
        if (jobs.size() == MAX_LISTED) out.printf("(the newest %d)%n", MAX_LISTED);
    }

    private List<Listed> listed() {
        var sql = """
                SELECT * FROM (
                    SELECT task_instance AS id, task_name AS type,
                        CASE WHEN picked THEN 'running' ELSE 'failing' END AS state,
                        consecutive_failures + CASE WHEN picked THEN 1 ELSE 0 END AS attempts,
                        last_error AS error, coalesce(last_failure, last_heartbeat) AS since
                    FROM jobs WHERE picked OR consecutive_failures > 0
                    UNION ALL
                    SELECT id::text, type, 'dead', attempts, error, died_at FROM dead_jobs
                ) AS jobs
                ORDER BY since DESC LIMIT ?
                """;
        return jdbi.withHandle(
                handle -> handle.select(sql, MAX_LISTED).map(LISTED_MAPPER).list());
    }

    /**
     * Queues dead jobs again, with all their attempts before them. Of several jobs with the same key only one is queued
     * at a time, and none while such a job is queued already; the others stay dead.
     */
    public void retry(List<String> arguments) {
        var selection = Selection.of(arguments, "retry-jobs");
        var retried = jdbi.withHandle(handle -> handle.createQuery("""
                        WITH selected AS (
                            SELECT * FROM dead_jobs WHERE %s
                        ), chosen AS (
                            SELECT DISTINCT ON (type, job) * FROM selected ORDER BY type, job, died_at
                        ), queued AS (
                            INSERT INTO jobs (task_name, task_instance, task_data, execution_time, enqueued_at)
                            SELECT type, job, payload, now(), enqueued_at FROM chosen
                            ON CONFLICT DO NOTHING
                            RETURNING task_name, task_instance
                        ), gone AS (
                            DELETE FROM dead_jobs USING chosen, queued
                            WHERE dead_jobs.id = chosen.id AND chosen.type = task_name AND chosen.job = task_instance
                            RETURNING 1
                        )
                        SELECT (SELECT count(*) FROM selected) AS found, (SELECT count(*) FROM gone) AS queued
                        """.formatted(Selection.CONDITION))
                .bind("ids", selection.ids())
                .bind("type", selection.type())
                .map(RETRIED_MAPPER)
                .one());
        wakeup.send();
        done(selection, retried.found(), "queued again", retried.queued());
        var left = retried.found() - retried.queued();
        if (left > 0) {
            throw Exit.failure(
                    "%d stay dead, for a job with their key is queued: retry them when it is done".formatted(left));
        }
    }

    public void discard(List<String> arguments) {
        var selection = Selection.of(arguments, "discard-jobs");
        var count = jdbi.withHandle(handle -> handle.createUpdate("DELETE FROM dead_jobs WHERE " + Selection.CONDITION)
                .bind("ids", selection.ids())
                .bind("type", selection.type())
                .execute());
        done(selection, count, "discarded", count);
    }

    private static void done(Selection selection, int found, String what, int count) {
        log.info("{} dead jobs {}", count, what);
        if (found < selection.ids().length) throw Exit.failure("some of these are not among the dead jobs");
    }

    /** The dead jobs that a command selects: by id, by type, or all when there is neither. */
    private record Selection(String[] ids, String type) {
        static final String CONDITION =
                "CASE WHEN cardinality(:ids) > 0 THEN id::text = ANY (:ids) ELSE type = coalesce(:type, type) END";

        static Selection of(List<String> arguments, String command) {
            var none = new String[0];
            if (arguments.equals(List.of("--all"))) return new Selection(none, null);
            if (arguments.size() == 2 && arguments.getFirst().equals("--type")) {
                return new Selection(none, arguments.getLast());
            }
            if (arguments.isEmpty() || arguments.getFirst().startsWith("-")) {
                throw Exit.usage("usage: task " + command + " " + SELECTION_ARGUMENTS);
            }
            return new Selection(arguments.stream().distinct().toArray(String[]::new), null);
        }
    }
}
