package dozen.app;

import dozen.config.Env;
import dozen.jobs.Cron;
import dozen.jobs.Job;
import dozen.jobs.JobTasks;
import dozen.jobs.PurgeExpired;
import dozen.jobs.Scheduler;
import dozen.jobs.Worker;

/** Adds what every application needs in operation: the purge of expired rows, and the admin tasks for jobs. */
public final class MaintenanceFeature implements Feature {
    private final Cron purge;
    private final Services services;

    /** @param purge when expired rows are deleted */
    public MaintenanceFeature(Cron purge, Services services) {
        this.purge = purge;
        this.services = services;
    }

    public static Cron readPurgeCron(Env env) {
        return Cron.read(
                env.setting("PURGE_CRON", "when expired data is deleted: second minute hour day month weekday, UTC"),
                "0 30 3 * * *");
    }

    @Override
    public void jobs(Worker worker) {
        worker.on(PurgeExpired.class, (_, run) -> PurgeExpired.run(services.jdbi(), run));
    }

    @Override
    public void ticks(Scheduler scheduler) {
        scheduler.on("purge", purge, (transaction, due) -> {
            services.jobs().enqueue(transaction, Job.of(new PurgeExpired()).key("purge " + due));
        });
    }

    @Override
    public void commands(Commands commands) {
        var jobs = new JobTasks(services.jdbi(), services.redis());
        commands.task(
                "list-jobs",
                JobTasks.LIST_ARGUMENTS,
                "counts by type; what runs, fails or is dead",
                arguments -> jobs.list(arguments, System.out));
        commands.task("retry-jobs", JobTasks.SELECTION_ARGUMENTS, "queues dead jobs again", jobs::retry);
        commands.task("discard-jobs", JobTasks.SELECTION_ARGUMENTS, "deletes dead jobs", jobs::discard);
        commands.variable("postgres", services.postgres())
                .variable("redis", services.redis())
                .variable("jobs", services.jobs());
    }
}
