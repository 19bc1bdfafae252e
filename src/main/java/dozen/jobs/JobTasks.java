package dozen.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.domain.Exit;
import dozen.services.Redis;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
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

    /** The number of jobs of one type, by state. */
    public record Count(String type, long queued, long running, long failing, long dead) {}

    /** A job that runs, failed or is dead. */
    public record Listed(String id, String type, String state, int attempts, String error, Instant since) {}

    record Listing(List<Count> counts, List<Listed> jobs) {}

    private static final RowMapper<Count> COUNT_MAPPER = ConstructorMapper.of(Count.class);
    private static final RowMapper<Listed> LISTED_MAPPER = ConstructorMapper.of(Listed.class);

    private final Jdbi jdbi;
    private final Wakeup wakeup;

    public JobTasks(Jdbi jdbi, Redis redis) {
        this.jdbi = jdbi;
        this.wakeup = new Wakeup(redis);
    }

    public void list(List<String> arguments, PrintStream out) throws JsonProcessingException {
        if (!arguments.isEmpty() && !arguments.equals(List.of("--json"))) throw usage("list-jobs " + LIST_ARGUMENTS);
        var counts = counts();
        var jobs = listed();
        if (!arguments.isEmpty()) {
            out.println(Payload.MAPPER.writeValueAsString(new Listing(counts, jobs)));
            return;
        }
        out.printf("%-28s %10s %10s %10s %10s%n", "TYPE", "QUEUED", "RUNNING", "FAILING", "DEAD");
        for (var count : counts) {
            out.printf(
                    "%-28s %10d %10d %10d %10d%n",
                    count.type(), count.queued(), count.running(), count.failing(), count.dead());
        }
        for (var job : jobs) {
            out.printf(
                    "%-8s %s %s, attempt %d, %s%s%n",
                    job.state(),
                    job.type(),
                    job.id(),
                    job.attempts(),
                    job.since(),
                    job.error() == null
                            ? ""
                            : ": " + job.error().lines().findFirst().orElse(""));
        }
        if (jobs.size() == MAX_LISTED) out.printf("(the newest %d)%n", MAX_LISTED);
    }

    public List<Count> counts() {
        return jdbi.withHandle(
                handle -> handle.createQuery("""
                        SELECT type, sum(queued)::bigint AS queued, sum(running)::bigint AS running,
                            sum(failing)::bigint AS failing, sum(dead)::bigint AS dead
                        FROM (
                            SELECT task_name AS type,
                                count(*) FILTER (WHERE NOT picked AND consecutive_failures = 0) AS queued,
                                count(*) FILTER (WHERE picked) AS running,
                                count(*) FILTER (WHERE NOT picked AND consecutive_failures > 0) AS failing,
                                0 AS dead
                            FROM jobs GROUP BY task_name
                            UNION ALL
                            SELECT type, 0, 0, 0, count(*) FROM dead_jobs GROUP BY type
                        ) AS states
                        GROUP BY type ORDER BY type
                        """).map(COUNT_MAPPER).list());
    }

    private List<Listed> listed() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT * FROM (
                            SELECT task_instance AS id, task_name AS type,
                                CASE WHEN picked THEN 'running' ELSE 'failing' END AS state,
                                consecutive_failures + CASE WHEN picked THEN 1 ELSE 0 END AS attempts,
                                last_error AS error, coalesce(last_failure, last_heartbeat) AS since
                            FROM jobs WHERE picked OR consecutive_failures > 0
                            UNION ALL
                            SELECT id::text, type, 'dead', attempts, error, died_at FROM dead_jobs
                        ) AS jobs
                        ORDER BY since DESC LIMIT :max
                        """)
                .bind("max", MAX_LISTED)
                .map(LISTED_MAPPER)
                .list());
    }

    /**
     * Queues dead jobs again, with all their attempts before them. Of several jobs with the same key only one is queued
     * at a time, and none while such a job is queued already; the others stay dead.
     */
    public void retry(List<String> arguments) {
        var selection = Selection.of(arguments, "retry-jobs");
        var dead = count(selection);
        var count = jdbi.inTransaction(transaction -> transaction
                .createUpdate("""
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
                        """.formatted(selection.condition()))
                .bind("ids", selection.ids())
                .bind("type", selection.type())
                .execute());
        wakeup.send();
        done(selection, dead, "queued again", count);
        if (count < dead) {
            throw Exit.failure("%d stay dead, for a job with their key is queued: retry them when it is done"
                    .formatted(dead - count));
        }
    }

    private int count(Selection selection) {
        return jdbi.withHandle(
                handle -> handle.createQuery("SELECT count(*) FROM dead_jobs WHERE " + selection.condition())
                        .bind("ids", selection.ids())
                        .bind("type", selection.type())
                        .mapTo(Integer.class)
                        .one());
    }

    public void discard(List<String> arguments) {
        var selection = Selection.of(arguments, "discard-jobs");
        var count =
                jdbi.withHandle(handle -> handle.createUpdate("DELETE FROM dead_jobs WHERE " + selection.condition())
                        .bind("ids", selection.ids())
                        .bind("type", selection.type())
                        .execute());
        done(selection, count, "discarded", count);
    }

    private static void done(Selection selection, int found, String what, int count) {
        log.info("{} dead jobs {}", count, what);
        if (found < selection.ids().length) throw Exit.failure("some of these are not among the dead jobs");
    }

    private static Exit usage(String command) {
        return Exit.usage("usage: task " + command);
    }

    /** The dead jobs that a command selects: by id, by type or all. */
    private record Selection(UUID[] ids, String type) {
        static Selection of(List<String> arguments, String command) {
            if (arguments.equals(List.of("--all"))) return new Selection(new UUID[0], null);
            if (arguments.size() == 2 && arguments.getFirst().equals("--type")) {
                return new Selection(new UUID[0], arguments.getLast());
            }
            if (arguments.isEmpty() || arguments.getFirst().startsWith("-")) {
                throw usage(command + " " + SELECTION_ARGUMENTS);
            }
            return new Selection(
                    arguments.stream().distinct().map(Selection::id).toArray(UUID[]::new), null);
        }

        private static UUID id(String text) {
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException e) {
                throw Exit.failure("not the id of a dead job: " + text);
            }
        }

        /** The condition contains both parameters, because a statement must use everything that is bound to it. */
        String condition() {
            return "CASE WHEN cardinality(:ids) > 0 THEN id = ANY (:ids) ELSE type = coalesce(:type, type) END";
        }
    }
}
