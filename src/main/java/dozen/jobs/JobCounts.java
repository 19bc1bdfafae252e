package dozen.jobs;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/**
 * The number of jobs of one type, by state.
 *
 * @param queued jobs that wait for their first attempt
 * @param failing jobs that failed and wait for their next attempt
 * @param oldestSeconds how many seconds ago the longest waiting job was due; 0 when none is due
 */
public record JobCounts(String type, long queued, long running, long failing, long dead, long oldestSeconds) {
    private static final RowMapper<JobCounts> COUNTS_MAPPER = ConstructorMapper.of(JobCounts.class);

    public static JobCounts none(String type) {
        return new JobCounts(type, 0, 0, 0, 0, 0);
    }

    public long waiting() {
        return queued + failing;
    }

    /** Counts the jobs of every type that has any, keyed by type. */
    public static SortedMap<String, JobCounts> byType(Jdbi jdbi) {
        var sql = """
                SELECT type, count(*) FILTER (WHERE state = 'queued') AS queued,
                    count(*) FILTER (WHERE state = 'running') AS running,
                    count(*) FILTER (WHERE state = 'failing') AS failing,
                    count(*) FILTER (WHERE state = 'dead') AS dead,
                    greatest(0, extract(epoch FROM now() - min(due)))::bigint AS oldest_seconds
                FROM (
                    SELECT task_name AS type, CASE WHEN picked THEN 'running'
                        WHEN consecutive_failures > 0 THEN 'failing' ELSE 'queued' END AS state,
                        CASE WHEN NOT picked THEN execution_time END AS due
                    FROM jobs
                    UNION ALL
                    SELECT type, 'dead', NULL FROM dead_jobs
                ) AS every_job GROUP BY type
                """;
        var counts = new TreeMap<String, JobCounts>();
        jdbi.useHandle(
                handle -> handle.select(sql).map(COUNTS_MAPPER).forEach(count -> counts.put(count.type(), count)));
        return counts;
    }
}
