package dozen.status;

import dozen.jobs.JobCounts;
import dozen.services.Redis;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jdbi.v3.core.Jdbi;
import redis.clients.jedis.exceptions.JedisException;

/** The numbers of waiting, running and dead jobs by type, and their runs in each of the last 15 minutes. */
final class JobStats {
    /**
     * @param oldestSeconds how many seconds ago the longest waiting job was due
     * @param minutes runs in each of the last minutes, the oldest first; empty while Redis is away
     */
    public record Queue(String type, long waiting, long running, long dead, long oldestSeconds, List<Long> minutes) {}

    private static final int MINUTES = 15;

    private final Jdbi jdbi;
    private final Redis redis;

    JobStats(Jdbi jdbi, Redis redis) {
        this.jdbi = jdbi;
        this.redis = redis;
    }

    /** Returns every type that has jobs, or had runs in the last 15 minutes. It fails while PostgreSQL is away. */
    public List<Queue> read() {
        var counts = JobCounts.byType(jdbi);
        var minutes = minutes();
        var types = new TreeSet<>(counts.keySet());
        minutes.forEach(minute -> types.addAll(minute.keySet()));
        return types.stream()
                .map(type -> queue(counts.getOrDefault(type, JobCounts.none(type)), minutes))
                .toList();
    }

    private List<Map<String, String>> minutes() {
        try {
            return RunsPerMinute.last(redis, MINUTES);
        } catch (JedisException e) {
            return List.of();
        }
    }

    private static Queue queue(JobCounts count, List<Map<String, String>> minutes) {
        var runs = minutes.stream()
                .map(minute -> Long.parseLong(minute.getOrDefault(count.type(), "0")))
                .toList();
        return new Queue(count.type(), count.waiting(), count.running(), count.dead(), count.oldestSeconds(), runs);
    }
}
