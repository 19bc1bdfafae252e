package dozen.jobs;

import dozen.app.Application;
import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Lifecycle;
import dozen.app.ProcessSettings;
import dozen.config.Env;
import dozen.jobs.Job.RetryPolicy;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.util.Map;

/** A small application with jobs and ticks for tests, which run it as separate processes. */
public final class TestProgram {
    /** A job that records its effect at once. */
    public record Note(String key) {}

    /** A job that records its effect after a delay. */
    public record Slow(String key, int milliseconds) {}

    /** The same as {@link Slow}, but on threads of its own. */
    public record Lengthy(String key, int milliseconds) {}

    record Settings(Postgres.Url databaseUrl, Redis.Url redisUrl, int threads, ProcessSettings process) {
        static Settings read(Env env, ProcessSettings process) {
            return new Settings(
                    env.setting("DATABASE_URL", "").secret(Postgres.Url::parse),
                    env.setting("REDIS_URL", "").secret(Redis.Url::parse),
                    env.setting("WORKER_THREADS", "").integer(8, 1, 100),
                    process);
        }
    }

    private static final RetryPolicy OWN_THREADS =
            new RetryPolicy(10, Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofMinutes(15), 2);

    private TestProgram() {}

    public static void main(String[] arguments) {
        var example = Map.of("DATABASE_URL", "postgres://localhost/example", "REDIS_URL", "redis://localhost");
        var program = new Application<>(TestProgram.class, Settings::read, example, TestProgram::commands)
                .process("worker", "", TestProgram::worker)
                .process("scheduler", "", TestProgram::scheduler);
        System.exit(program.run(System.getenv(), arguments));
    }

    private static Feature.All commands(Settings settings, Lifecycle lifecycle) {
        var features = new Feature.All();
        features.add(new Dying(settings, lifecycle));
        return features;
    }

    private static Worker worker(Settings settings, Lifecycle lifecycle) {
        var postgres = lifecycle.register(
                new Postgres(settings.databaseUrl(), settings.threads() + 8, Duration.ofSeconds(30)).connect());
        var redis = lifecycle.register(new Redis(new Redis.Settings(settings.redisUrl(), true, 5)).connect());
        var name = lifecycle.processName("worker");
        var drain = settings.process().shutdownGrace().minusSeconds(3);
        return lifecycle
                .register(new Worker(name, postgres, redis, drain))
                .on(Note.class, (job, run) -> effect(postgres, name, job.key()))
                .on(
                        Lengthy.class,
                        OWN_THREADS,
                        (job, run) -> {
                            started(postgres, name, job.key(), run);
                            Thread.sleep(job.milliseconds());
                            effect(postgres, name, job.key());
                        },
                        _ -> {})
                .on(Slow.class, (job, run) -> {
                    started(postgres, name, job.key(), run);
                    Thread.sleep(job.milliseconds());
                    effect(postgres, name, job.key());
                })
                .start(settings.threads());
    }

    /** Records the effect of a key once, and counts how often it was run. */
    private static void effect(Postgres postgres, String worker, String key) {
        postgres.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO effects (key, worker) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET runs = effects.runs + 1
                """, key, worker));
    }

    private static void started(Postgres postgres, String worker, String key, Job.Run run) {
        postgres.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO starts (key, worker, attempt, enqueued)
                VALUES (?, ?, ?, (SELECT enqueued_at FROM jobs WHERE task_instance = ?))
                """, key, worker, run.attempt(), run.id()));
    }

    private static Scheduler scheduler(Settings settings, Lifecycle lifecycle) {
        var postgres = lifecycle.register(new Postgres(settings.databaseUrl(), 3, Duration.ofSeconds(30)).connect());
        var redis = lifecycle.register(new Redis(new Redis.Settings(settings.redisUrl(), true, 5)).connect());
        var jobs = new Jobs(redis);
        return lifecycle
                .register(new Scheduler(postgres))
                .on(
                        "every-second",
                        Scheduler.Cron.parse("* * * * * *"),
                        (transaction, due) -> jobs.enqueue(transaction, new Note("tick " + due)))
                .start();
    }

    private record Dying(Settings settings, Lifecycle lifecycle) implements Feature {
        @Override
        public void commands(Commands commands) {
            commands.task(
                    "enqueue",
                    "KEY",
                    "commits a job and is killed before it can wake a worker",
                    arguments -> enqueueAndDie(settings, lifecycle, arguments.getFirst()));
        }
    }

    private static void enqueueAndDie(Settings settings, Lifecycle lifecycle, String key) {
        var postgres = lifecycle.register(new Postgres(settings.databaseUrl(), 2, Duration.ofSeconds(30)).connect());
        var redis = lifecycle.register(new Redis(new Redis.Settings(settings.redisUrl(), true, 5)).connect());
        postgres.jdbi().useTransaction(transaction -> {
            transaction.afterCommit(() -> Runtime.getRuntime().halt(9)); // runs before the hook that wakes a worker
            new Jobs(redis).enqueue(transaction, new Note(key));
        });
    }
}
