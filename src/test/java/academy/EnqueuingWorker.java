package academy;

import academy.reminders.EnqueueDigests;
import dozen.app.Application;
import dozen.app.Lifecycle;
import dozen.app.ProcessRegistry;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;

/** A worker that can enqueue digests but not send them, so that the jobs stay queued and can be counted. */
final class EnqueuingWorker {
    private EnqueuingWorker() {}

    public static void main(String[] arguments) {
        var program = new Application<>("academy", Main.class, Settings::process, Settings::read)
                .processType("worker", "", run -> start(run.settings(), run.lifecycle()));
        System.exit(program.run(System.getenv(), arguments));
    }

    private static void start(Settings settings, Lifecycle lifecycle) {
        var postgres = lifecycle.register(Postgres.attach(settings.databaseUrl(), 10, Duration.ofSeconds(30)));
        var redis = lifecycle.register(Redis.attach(settings.redisUrl(), true));
        lifecycle
                .register(new Worker(ProcessRegistry.name("worker"), postgres, redis, settings.drain()))
                .on(EnqueueDigests.class, new EnqueueDigests.Handler(postgres.jdbi(), new Jobs(redis))::run)
                .start(settings.workerThreads());
    }
}
