package dozen.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.app.ProcessSettings;
import dozen.jobs.Job;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.services.Postgres;
import dozen.services.Redis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The queues of the status page, on a real PostgreSQL and a real Redis. */
class JobStatsTest {
    public record Charted(int number) {}

    private final TestServices services = TestServices.shared();

    private Redis redis() {
        return services.redis().connect();
    }

    @Test
    void aProcessOfAnotherReleaseHidesNoOther() {
        try (var redis = redis()) {
            var other = """
                    {"name": "%s", "type": "web", "host": "h", "release": {"version": "v", "commit": "c"},
                    "started": "2026-01-01T00:00:00Z", "lastSeen": "2999-01-01T00:00:00Z" %s}
                    """;
            redis.client().hset(ProcessRegistry.KEY, "newer", other.formatted("newer", ", \"jobs\": [], \"more\": 1"));
            redis.client().hset(ProcessRegistry.KEY, "older", other.formatted("older", ""));
            var names = ProcessRegistry.running(redis).stream()
                    .map(ProcessRegistry.Entry::name)
                    .toList();
            assertTrue(names.contains("newer") && !names.contains("older"), names.toString());
            redis.client().hdel(ProcessRegistry.KEY, "newer", "older");
        }
    }

    @Test
    void itShowsWhatWaitsAndWhatRanInTheLastMinutes() {
        try (var postgres =
                        new Postgres(Postgres.Url.parse(services.newDatabase()), 2, Duration.ofSeconds(60)).connect();
                var redis = redis()) {
            var jobs = new Jobs(redis);
            var due = Instant.now().minusSeconds(90);
            postgres.jdbi()
                    .useTransaction(transaction ->
                            jobs.enqueue(transaction, Job.of(new Charted(1)).at(due)));
            try (var counting = redis()) {
                var runs = JobStats.observer(counting);
                runs.finished("Charted", Worker.Outcome.DONE, 1, 1);
                runs.finished("Charted", Worker.Outcome.FAILED, 1, 1);
                runs.finished("RanBefore", Worker.Outcome.DONE, 1, 1);
            }
            var worker = new ProcessRegistry.Entry(
                    "worker-1",
                    "worker",
                    "here",
                    new ProcessSettings.Release("v1", "c1"),
                    Instant.now(),
                    Instant.now(),
                    List.of("RanBefore"));
            var queues = JobStats.read(postgres.jdbi(), redis, List.of(worker));
            var charted = queues.stream()
                    .filter(queue -> queue.type().equals("Charted"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(1, charted.waiting());
            assertTrue(charted.stuck());
            assertEquals(90, charted.oldestSeconds(), 30);
            assertEquals(15, charted.minutes().size());
            assertEquals(
                    2, charted.minutes().stream().mapToLong(Long::longValue).sum());
            assertEquals(
                    1,
                    queues.stream()
                            .filter(queue -> queue.type().equals("RanBefore") && queue.taken())
                            .count());
        }
    }
}
