package dozen.app;

import dozen.config.Env;
import dozen.jobs.Job;
import dozen.jobs.JobTasks;
import dozen.jobs.Scheduler;
import dozen.jobs.Scheduler.Cron;
import dozen.jobs.Worker;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds what every application needs in operation: the purge of expired rows, and the admin tasks for jobs.
 *
 * @param purge when expired rows are deleted
 */
public record MaintenanceFeature(Cron purge, Services services) implements Feature {
    /** A job: deletes rows that nobody will need again. It is safe to run again: it then finds fewer rows to delete. */
    record PurgeExpired() {}

    /**
     * Which rows of a table are purged: dead jobs after the time to notice one and decide about it; mails once nothing can
     * ask for the same mail again; answers kept under an Idempotency-Key when their day is over.
     */
    private static final Map<String, String> EXPIRED = Map.of(
            "dead_jobs", "died_at < now() - interval '90 days'",
            "mails", "begun < now() - interval '365 days'",
            "idempotency_keys", "created_at < now() - interval '1 day'");

    /** Rows per statement, few enough that no statement holds its locks for long. */
    private static final int BATCH = 10_000;

    private static final Logger log = LoggerFactory.getLogger(MaintenanceFeature.class);

    public static Cron readPurgeCron(Env env) {
        return Cron.read(
                env.setting(
                        "PURGE_CRON",
                        "when expired data is deleted: second minute hour day month weekday, UTC; - for never"),
                "0 30 3 * * *");
    }

    @Override
    public void jobs(Worker worker) {
        worker.on(PurgeExpired.class, (_, run) -> purge(run));
    }

    private void purge(Job.Run run) throws InterruptedException {
        for (var table : EXPIRED.keySet()) {
            var sql = "DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE %2$s LIMIT %3$d))"
                    .formatted(table, EXPIRED.get(table), BATCH);
            var total = 0;
            for (var deleted = BATCH; deleted == BATCH; total += deleted) {
                if (run.stopping()) throw new InterruptedException();
                deleted = services.jdbi().withHandle(handle -> handle.execute(sql));
            }
            log.info("{} rows of {} deleted", total, table);
        }
    }

    @Override
    public void ticks(Scheduler scheduler) {
        scheduler.on("purge", purge, (transaction, due) -> {
            services.jobs().enqueue(transaction, Job.of(new PurgeExpired()).key("purge " + due));
        });
    }

    @Override
    public void commands(Commands commands) {
        var jobs = new JobTasks(services.jdbi(), services.jobs());
        commands.task(
                "list-jobs",
                "",
                "counts by type; what runs, fails or is dead",
                arguments -> jobs.list(arguments, System.out));
        commands.task("retry-jobs", JobTasks.SELECTION, "queues dead jobs again", jobs::retry);
        commands.task("discard-jobs", JobTasks.SELECTION, "deletes dead jobs", jobs::discard);
        commands.variable("postgres", services.postgres())
                .variable("redis", services.redis())
                .variable("jobs", services.jobs());
    }
}
