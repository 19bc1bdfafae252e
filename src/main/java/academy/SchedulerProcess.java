package academy;

import academy.housekeeping.PurgeExpired;
import academy.reminders.EnqueueDigests;
import academy.reminders.EnqueueReminders;
import dozen.app.Lifecycle;
import dozen.app.ProcessRegistry;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import dozen.jobs.Scheduler;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** The scheduler process: every tick of the clock and the job that it enqueues. */
final class SchedulerProcess {
    static Scheduler start(Settings settings, Lifecycle lifecycle) {
        var services = new Services(settings, lifecycle);
        var postgres = services.postgres(4, Services.STATEMENT);
        var redis = services.redis();
        var jobs = new Jobs(redis);

        var registry =
                ProcessRegistry.join(redis, "scheduler", settings.process().release(), lifecycle);
        var ticker = lifecycle
                .register(new Scheduler(registry.name(), postgres))
                .on("digests", settings.digestCron(), (transaction, due) -> {
                    jobs.enqueue(transaction, EnqueueDigests.of(LocalDate.ofInstant(due, ZoneOffset.UTC)));
                })
                .on("reminders", settings.reminderCron(), (transaction, due) -> {
                    jobs.enqueue(transaction, EnqueueReminders.of(due));
                })
                .on("purge", settings.purgeCron(), (transaction, due) -> {
                    jobs.enqueue(transaction, Job.of(new PurgeExpired()).key("purge " + due));
                })
                .start();
        registry.started();
        return ticker;
    }

    private SchedulerProcess() {}
}
