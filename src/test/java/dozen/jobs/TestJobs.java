package dozen.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.TestServices;
import dozen.jobs.Job.RetryPolicy;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A database of its own, and a worker for its jobs. */
final class TestJobs implements AutoCloseable {
    public record Greet(String name) {}

    public record Fail(String name) {}

    static final Duration SOON = Duration.ofSeconds(10);
    static final RetryPolicy ONCE = policy(1, SOON, 0);

    final Postgres postgres = Effects.newDatabase();
    final Redis redis = TestServices.shared().redis().connect();
    final Jobs jobs = new Jobs(redis);
    final List<String> greeted = Collections.synchronizedList(new ArrayList<>());
    Worker worker = worker("test", 5_000);

    Worker worker(String name, long drainMillis) {
        return new Worker(name, postgres, redis, Duration.ofMillis(drainMillis));
    }

    static RetryPolicy policy(int attempts, Duration limit, int ownThreads) {
        return new RetryPolicy(attempts, Duration.ofMillis(10), Duration.ofSeconds(1), limit, ownThreads);
    }

    <J> Worker on(Class<J> type, RetryPolicy policy, Worker.JobHandler<J> handler) {
        return worker.on(type, policy, handler, _ -> {});
    }

    void enqueue(Job... wanted) {
        postgres.jdbi().useTransaction(transaction -> jobs.enqueueAll(transaction, List.of(wanted)));
    }

    void greetings() {
        worker.on(Greet.class, (job, run) -> greeted.add(job.name())).start(4);
    }

    void awaitGreetings(int count) throws InterruptedException {
        Effects.await(postgres, "jobs", 0, SOON);
        assertEquals(count, greeted.size(), greeted.toString());
    }

    void insert(String type, String payload) {
        postgres.jdbi().useHandle(handle -> handle.execute("""
                INSERT INTO jobs (task_name, task_instance, task_data, execution_time) VALUES (?, ?, ?::jsonb, now())
                """, type, "inserted-" + payload.hashCode(), payload));
    }

    @Override
    public void close() {
        worker.close();
        redis.close();
        postgres.close();
    }
}
