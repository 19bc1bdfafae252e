package academy.reminders;

import academy.RunningAcademy;
import dozen.app.Lifecycle;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;

/** A worker that can enqueue digests but not send them, so that the jobs stay queued and can be counted. */
final class EnqueuingWorker {
    private EnqueuingWorker() {}

    public static void main(String[] arguments) throws InterruptedException {
        var settings = RunningAcademy.settings(System.getenv());
        var lifecycle = new Lifecycle(Duration.ofSeconds(5));
        var attached = settings.services();
        var postgres =
                lifecycle.register(new Postgres(attached.postgres().url(), 10, Duration.ofSeconds(30)).connect());
        var redis =
                lifecycle.register(new Redis(new Redis.Settings(attached.redis().url(), true, 5)).connect());
        lifecycle
                .register(new Worker(lifecycle.processName("worker"), postgres, redis, Duration.ofSeconds(5)))
                .on(EnqueueDigests.class, new EnqueueDigests.Handler(postgres.jdbi(), new Jobs(redis))::run)
                .start(settings.workerThreads());
        Thread.currentThread().join(); // until it is killed
    }
}
