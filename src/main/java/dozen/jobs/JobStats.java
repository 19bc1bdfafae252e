package dozen.jobs;

import dozen.services.Redis;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import redis.clients.jedis.exceptions.JedisException;

/** The numbers of waiting, running and dead jobs by type, for the status page and the metrics. */
public final class JobStats {
    /**
     * @param oldestSeconds how many seconds ago the longest waiting job was due
     * @param minutes runs in each of the last minutes, the oldest first; empty while Redis is away
     */
    public record Queue(String type, long waiting, long running, long dead, long oldestSeconds, List<Long> minutes) {}

    public record Count(String type, long waiting, long running, long dead, long oldestSeconds) {
        static final Count NONE = new Count("", 0, 0, 0, 0);
    }

    private static final int MINUTES = 15;
    private static final RowMapper<Count> COUNT_MAPPER = ConstructorMapper.of(Count.class);

    private final Jdbi jdbi;
    private final JobMetrics metrics;

    public JobStats(Jdbi jdbi, Redis redis) {
        this.jdbi = jdbi;
        this.metrics = new JobMetrics(redis);
    }

    /** Returns every type that has jobs, or had runs in the last 15 minutes. It fails while PostgreSQL is away. */
    public List<Queue> read() {
        var counts = counts();
        var minutes = minutes();
        var types = new TreeSet<>(counts.keySet());
        minutes.forEach(minute -> types.addAll(minute.keySet()));
        return types.stream()
                .map(type -> queue(type, counts.getOrDefault(type, Count.NONE), minutes))
                .toList();
    }

    Map<String, Count> counts() {
        var counts = new TreeMap<String, Count>();
        jdbi.useHandle(
                handle -> handle.createQuery("""
                        SELECT type, sum(waiting) AS waiting, sum(running) AS running, sum(dead) AS dead,
                            max(oldest_seconds) AS oldest_seconds
                        FROM (
                            SELECT task_name AS type, count(*) FILTER (WHERE NOT picked) AS waiting,
                                count(*) FILTER (WHERE picked) AS running, 0 AS dead,
                                greatest(0, extract(epoch FROM now() - min(execution_time) FILTER (WHERE NOT picked)))::bigint
                                    AS oldest_seconds
                            FROM jobs GROUP BY task_name
                            UNION ALL
                            SELECT type, 0, 0, count(*), 0 FROM dead_jobs GROUP BY type
                        ) AS counted GROUP BY type
                        """).map(COUNT_MAPPER).forEach(count -> counts.put(count.type(), count)));
        return counts;
    }

    private List<Map<String, String>> minutes() {
        try {
            return metrics.minutes(MINUTES);
        } catch (JedisException e) {
            return List.of();
        }
    }

    private static Queue queue(String type, Count count, List<Map<String, String>> minutes) {
        var runs = minutes.stream()
                .map(minute -> Long.parseLong(minute.getOrDefault(type, "0")))
                .toList();
        return new Queue(type, count.waiting(), count.running(), count.dead(), count.oldestSeconds(), runs);
    }
}
