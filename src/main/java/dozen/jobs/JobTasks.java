package dozen.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.domain.Exit;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin tasks for jobs: list them, run dead ones again, discard dead ones. */
public record JobTasks(Jdbi jdbi, Jobs jobs) {
    public static final String LIST_ARGUMENTS = "[--json]";
    public static final String SELECTION_ARGUMENTS = "ID… | --type TYPE | --all";

    private static final Logger log = LoggerFactory.getLogger(JobTasks.class);
    private static final int MAX_LISTED = 100;
    /** Selects dead jobs by id, by type, or all when there is neither. */
    private static final String CONDITION =
            "CASE WHEN cardinality(:ids) > 0 THEN id::text = ANY (:ids) ELSE type = coalesce(:type, type) END";

    /** A job that runs, failed or is dead. */
    private record Listed(String id, String type, String state, int attempts, String error, Instant since) {}

    private record Listing(Collection<Jobs.Counts> counts, List<Listed> jobs) {}

    public void list(List<String> arguments, PrintStream out) throws JsonProcessingException {
        if (!arguments.isEmpty() && !arguments.equals(List.of("--json"))) {
            throw Exit.usage("usage: task list-jobs " + LIST_ARGUMENTS);
        }
        var listing = new Listing(Jobs.Counts.byType(jdbi).values(), listed());
        if (arguments.isEmpty()) print(listing, out);
        else out.println(Job.MAPPER.writeValueAsString(listing));
    }

    private static void print(Listing listing, PrintStream out) {
        out.printf("%-28s %10s %10s %10s %10s%n", "TYPE", "QUEUED", "RUNNING", "FAILING", "DEAD");
        for (var count : listing.counts()) {
            out.printf(
                    "%-28s %10d %10d %10d %10d%n",
                    count.type(), count.queued(), count.running(), count.failing(), count.dead());
        }
        for (var job : listing.jobs()) {
            var error = job.error() == null
                    ? ""
                    : ": " + job.error().lines().findFirst().orElse("");
            out.printf(
                    "%-8s %s %s, attempt %d, %s%s%n",
                    job.state(), job.type(), job.id(), job.attempts(), job.since(), error);
        }
        if (listing.jobs().size() == MAX_LISTED) out.printf("(the newest %d)%n", MAX_LISTED);
    }

    private List<Listed> listed() {
        var sql = """
                SELECT task_instance AS id, task_name AS type,
                    CASE WHEN picked THEN 'running' ELSE 'failing' END AS state,
                    consecutive_failures + picked::int AS attempts,
                    last_error AS error, coalesce(last_failure, last_heartbeat) AS since
                FROM jobs WHERE picked OR consecutive_failures > 0
                UNION ALL
                SELECT id::text, type, 'dead', attempts, error, died_at FROM dead_jobs
                ORDER BY since DESC LIMIT ?
                """;
        return jdbi.withHandle(handle -> handle.select(sql, MAX_LISTED)
                .map(ConstructorMapper.of(Listed.class))
                .list());
    }

    /**
     * Queues dead jobs again, with all their attempts before them. Of several jobs with the same key only one is queued
     * at a time, and none while such a job is queued already; the others stay dead.
     */
    public void retry(List<String> arguments) {
        var selection = Selection.of(arguments, "retry-jobs");
        var found = jdbi.withHandle(handle -> handle.createQuery("SELECT count(*) FROM dead_jobs WHERE " + CONDITION)
                .bind("ids", selection.ids())
                .bind("type", selection.type())
                .mapTo(Integer.class)
                .one());
        var queued = execute("""
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
                """, selection);
        jobs.wake();
        done(selection, found, "queued again", queued);
        var left = found - queued;
        if (left > 0) {
            throw Exit.failure(
                    "%d stay dead, for a job with their key is queued: retry them when it is done".formatted(left));
        }
    }

    public void discard(List<String> arguments) {
        var selection = Selection.of(arguments, "discard-jobs");
        var count = execute("DELETE FROM dead_jobs WHERE %s", selection);
        done(selection, count, "discarded", count);
    }

    private int execute(String sql, Selection selection) {
        return jdbi.withHandle(handle -> handle.createUpdate(sql.formatted(CONDITION))
                .bind("ids", selection.ids())
                .bind("type", selection.type())
                .execute());
    }

    private static void done(Selection selection, int found, String what, int count) {
        log.info("{} dead jobs {}", count, what);
        if (found < selection.ids().length) throw Exit.failure("some of these are not among the dead jobs");
    }

    private record Selection(String[] ids, String type) {
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
